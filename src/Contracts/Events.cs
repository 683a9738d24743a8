using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>
/// One entry of a room's log. Which of the optional properties are set depends on <see cref="Kind"/>; the others stay off the wire.
/// Immutable once committed, except that deleting a message takes its text out of the log as well.
/// </summary>
public sealed record RoomEvent
{
    /// <summary>Place in the room's log: 1, 2, 3… without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>What happened.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>When it was committed, UTC, whole milliseconds, never earlier than the event before it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The user who did it.</summary>
    public required UserId By { get; init; }

    /// <summary>kind message: the message as it was sent.</summary>
    public Message? Message { get; init; }

    /// <summary>kinds edit, delete, reaction, pin: the seq of the message concerned.</summary>
    public long? Target { get; init; }

    /// <summary>kind edit: the new text.</summary>
    public string? Text { get; init; }

    /// <summary>kind edit: the members whom the new text mentions. Edits change what is shown, not what was counted.</summary>
    public IReadOnlyList<UserId>? Mentions { get; init; }

    /// <summary>kind edit: whether the new text mentions the whole room.</summary>
    public bool? MentionsRoom { get; init; }

    /// <summary>kind reaction: the emoji.</summary>
    public string? Emoji { get; init; }

    /// <summary>kinds reaction, pin: set or taken back.</summary>
    public bool? On { get; init; }

    /// <summary>kind member: whose membership.</summary>
    public UserId? UserId { get; init; }

    /// <summary>kind member: what happened to it.</summary>
    public MemberChange? Change { get; init; }

    /// <summary>kind member: the role after the change (the last role for one who is out).</summary>
    public MemberRole? Role { get; init; }

    /// <summary>kind member, change muted: until when; absent means unmuted.</summary>
    public DateTimeOffset? MutedUntil { get; init; }

    /// <summary>kind room: the name; absent for direct rooms.</summary>
    public string? Name { get; init; }

    /// <summary>kind room: the topic.</summary>
    public string? Topic { get; init; }

    /// <summary>kind room: whether the room is archived (read only for all).</summary>
    public bool? Archived { get; init; }
}

/// <summary>A message. All properties but <see cref="ThreadCount"/> are always on the wire, absent values as null.</summary>
public sealed record Message
{
    /// <summary>Unique over all rooms.</summary>
    public required MessageId Id { get; init; }

    /// <summary>The seq of the event that carried it; how it is addressed inside its room.</summary>
    public required long Seq { get; init; }

    /// <summary>The author.</summary>
    public required UserId By { get; init; }

    /// <summary>When it was committed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The text; empty once deleted.</summary>
    public required string Text { get; init; }

    /// <summary>The author's own key for it.</summary>
    public required string ClientId { get; init; }

    /// <summary>Seq of the message that this one answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? ReplyTo { get; init; }

    /// <summary>Seq of the message whose thread this one is in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? Thread { get; init; }

    /// <summary>
    /// How many messages were sent into the thread of this one, those deleted since included. Left off the wire when 0, and 0 in the log:
    /// there each of them is an event of its own.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ThreadCount { get; init; }

    /// <summary>The members whom the text mentions by name.</summary>
    public IReadOnlyList<UserId> Mentions { get; init; } = [];

    /// <summary>Whether the text mentions the whole room (<c>@room</c>).</summary>
    public bool MentionsRoom { get; init; }

    /// <summary>Files shown with it.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>When the text was last replaced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>Whether it was deleted. A deleted message keeps its place, without text.</summary>
    public bool Deleted { get; init; }

    /// <summary>Whether it is pinned now.</summary>
    public bool Pinned { get; init; }

    /// <summary>Reactions, in the order of their first use. Empty in the log: there they are events of their own.</summary>
    public IReadOnlyList<Reaction> Reactions { get; init; } = [];
}

/// <summary>A file shown with a message.</summary>
/// <param name="FileId">The file.</param>
public sealed record Attachment(string FileId);

/// <summary>How often one emoji was set on a message.</summary>
/// <param name="Emoji">The emoji.</param>
/// <param name="Count">By how many members.</param>
/// <param name="Me">Whether the reader is one of them.</param>
public sealed record Reaction(string Emoji, int Count, bool Me);
