using Chat.Contracts;

namespace Chat.Storage.MySql.Admin;

/// <summary>What the rows of one month tell in sum.</summary>
/// <param name="Count">Rows.</param>
/// <param name="First">Lowest seq.</param>
/// <param name="Last">Highest seq.</param>
/// <param name="Seqs">Sum of the seqs.</param>
/// <param name="Ordinals">Sum of the ordinals, for messages.</param>
/// <param name="Pinned">Rows that are pinned, for messages.</param>
internal readonly record struct MonthSum(long Count, long First, long Last, long Seqs, long Ordinals = 0, long Pinned = 0);

/// <summary>A row of <c>room_months</c>.</summary>
internal readonly record struct MonthRow(long Month, long FirstSeq, long MessagesBefore, long RoomMentionsBefore);

/// <summary>All that is compared of one room, of one moment.</summary>
internal sealed class RoomFacts
{
    public required RoomId Id { get; init; }

    public required RoomKind Kind { get; init; }

    public required long LastSeq { get; init; }

    public required long MessageCount { get; init; }

    public required long RoomMentionCount { get; init; }

    public required long MemberCount { get; init; }

    public required long PinCount { get; init; }

    public required long LastMessageSeq { get; init; }

    public required bool Archived { get; init; }

    public required string? DirectKey { get; init; }

    public required long LastMonth { get; init; }

    public required long LastMessageMonth { get; init; }

    /// <summary>By month.</summary>
    public List<MonthRow> Months { get; } = [];

    public Dictionary<long, MonthSum> Messages { get; } = [];

    public Dictionary<long, MonthSum> Events { get; } = [];

    /// <summary>Rows that tell of mentions of the whole room, and the highest number among them.</summary>
    public (long Count, long Last) RoomMentions { get; set; }

    public long Pins { get; set; }

    /// <summary>Members and banned users.</summary>
    public List<(UserId User, bool Banned)> Members { get; } = [];

    /// <summary>Users whose read mark lies past the end.</summary>
    public List<UserId> MarksPastTheEnd { get; } = [];

    /// <summary>The room that the list of direct rooms has for <see cref="DirectKey"/>.</summary>
    public long? DirectRoom { get; set; }

    public bool IsListed { get; set; }

    /// <summary>
    /// Leaves out rows of months that retention is about to delete: rooms forget such a month before its partitions go.
    /// </summary>
    public void LeaveOutForgotten(long keptFrom)
    {
        foreach (var month in Messages.Keys.Concat(Events.Keys).Distinct().Where(month => month < keptFrom && !Months.Exists(m => m.Month == month)).ToList())
        {
            Messages.Remove(month);
            Events.Remove(month);
        }
    }

    /// <summary>Events of both kinds in a month.</summary>
    public MonthSum Rows(long month)
    {
        var (messages, events) = (Messages.GetValueOrDefault(month), Events.GetValueOrDefault(month));
        return messages.Count == 0 ? events
            : events.Count == 0 ? messages
            : new MonthSum(
                messages.Count + events.Count, Math.Min(messages.First, events.First), Math.Max(messages.Last, events.Last), messages.Seqs + events.Seqs);
    }

    /// <summary>One past the last seq of a month, by the rows of <c>room_months</c>.</summary>
    public long EndOf(int index) => index + 1 < Months.Count ? Months[index + 1].FirstSeq : LastSeq + 1;

    /// <summary>Messages of a month, by the rows of <c>room_months</c>.</summary>
    public long MessagesOf(int index) =>
        (index + 1 < Months.Count ? Months[index + 1].MessagesBefore : MessageCount) - Months[index].MessagesBefore;

    /// <summary>Whether the rows of a month are not the events from its first to its last seq, each once.</summary>
    public bool IsLogBroken(int index)
    {
        var (from, end, rows) = (Months[index].FirstSeq, EndOf(index), Rows(Months[index].Month));
        return rows.Count != end - from || (rows.Count > 0 && (rows.First != from || rows.Last != end - 1 || rows.Seqs != Sum(from, rows.Count)));
    }

    /// <summary>Sum of so many numbers from <paramref name="first"/> on.</summary>
    public static long Sum(long first, long count) => (count * first) + (count * (count - 1) / 2);
}
