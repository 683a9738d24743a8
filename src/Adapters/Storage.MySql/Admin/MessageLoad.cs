using Chat.Contracts;

namespace Chat.Storage.MySql.Admin;

/// <summary>Generated messages that are to be put at the end of a room's log.</summary>
public sealed record MessageLoad
{
    /// <summary>The most messages of one load: the arithmetic of their times holds in 64 bits up to here.</summary>
    public const long MostMessages = 100_000_000;

    /// <summary>The room. It is there, and its last event is older than <see cref="Until"/>.</summary>
    public required RoomId Room { get; init; }

    /// <summary>Members of the room, who send in turns.</summary>
    public required IReadOnlyList<UserId> Senders { get; init; }

    /// <summary>How many.</summary>
    public required long Messages { get; init; }

    /// <summary>
    /// The last one's time; the others are spread evenly from the room's last event on. Older than clientIds are remembered, so that none of
    /// these needs to be.
    /// </summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Bytes of each text, see <see cref="TextOf"/>.</summary>
    public required int TextBytes { get; init; }

    /// <summary>The bits of an id below its time. No other load of the same time may have the same.</summary>
    public required long IdSuffix { get; init; }

    /// <summary>The text of a message: its number in the room, then words, cut off.</summary>
    /// <param name="ordinal">Messages of the room up to and with this one.</param>
    /// <param name="bytes">How long.</param>
    public static string TextOf(long ordinal, int bytes)
    {
        var text = $"Message {ordinal}: " + Words(bytes);
        return text[..bytes];
    }

    /// <summary>What a generated text is filled with: ASCII, so that bytes are characters.</summary>
    internal static string Words(int bytes)
    {
        const string Sentence = "a message of ordinary length, as people write them in a chat, about a hundred characters of plain text. ";
        return string.Concat(Enumerable.Repeat(Sentence, (bytes / Sentence.Length) + 1));
    }
}

/// <summary>How ids are made, as far as a load has to know.</summary>
/// <param name="Epoch">The instant from which ids count milliseconds.</param>
/// <param name="SuffixBits">Bits below the time.</param>
public sealed record IdForm(DateTimeOffset Epoch, int SuffixBits);

/// <summary>What became of a load of one room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Written">Messages that are in the room now, all of them on disk.</param>
/// <param name="Problem">Why there are no more; null when all are there, or it was cancelled.</param>
public sealed record LoadOutcome(RoomId Room, long Written, LoadProblem? Problem);

/// <summary>Why a room cannot be loaded.</summary>
public enum LoadProblem
{
    /// <summary>There is no such room.</summary>
    NotFound = 1,

    /// <summary>Somebody else wrote to it since it was read.</summary>
    Conflict = 2,

    /// <summary>Its last event is so young that messages after it would not be old enough, or that there is not a millisecond for each.</summary>
    TooYoung = 3,

    /// <summary>It is archived.</summary>
    Archived = 4,
}
