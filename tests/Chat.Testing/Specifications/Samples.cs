using Chat.Contracts;

namespace Chat.Testing.Specifications;

/// <summary>Fixed values in which every member of a type is set somewhere.</summary>
public static class Samples
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 3, 0, 0, 123, TimeSpan.Zero);
    private static readonly UserId By = new(7301);

    /// <summary>One event of every kind.</summary>
    public static IReadOnlyList<RoomEvent> Events { get; } =
    [
        new() { Seq = 42, Kind = EventKind.Message, At = At, By = By, Message = Message(42) },
        new() { Seq = 43, Kind = EventKind.Edit, At = At, By = By, Target = 42, Text = "better", Mentions = [By], MentionsRoom = true },
        new() { Seq = 44, Kind = EventKind.Delete, At = At, By = By, Target = 42 },
        new() { Seq = 45, Kind = EventKind.Reaction, At = At, By = By, Target = 42, Emoji = "👍", On = true },
        new() { Seq = 46, Kind = EventKind.Pin, At = At, By = By, Target = 42, On = false },
        new()
        {
            Seq = 47, Kind = EventKind.Member, At = At, By = By, UserId = new UserId(7302), Change = MemberChange.Muted, Role = MemberRole.Admin,
            MutedUntil = At.AddHours(1),
        },
        new() { Seq = 48, Kind = EventKind.Room, At = At, By = By, Name = "안녕 \"world\"", Topic = "…", Archived = true },
    ];

    /// <summary>A message with everything that one can have.</summary>
    public static Message Message(long seq) => new()
    {
        Id = new MessageId(9_000_000 + seq),
        Seq = seq,
        By = By,
        At = At,
        Text = "Hello, <b>안녕</b> \u2028 @room",
        ClientId = $"c{seq}",
        ReplyTo = 40,
        Thread = 12,
        ThreadCount = 3,
        Mentions = [new UserId(7302)],
        MentionsRoom = true,
        Attachments = [new Attachment("77")],
        EditedAt = At.AddMinutes(1),
        Pinned = true,
        Reactions = [new Reaction("👍", 2, Me: false), new Reaction("🎉", 1, Me: false)],
    };
}
