using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>A month in which a room has events.</summary>
/// <param name="Month">Year and month, 202611: what the partitions are named by.</param>
/// <param name="FirstSeq">Its first event.</param>
/// <param name="MessagesBefore">Messages of the room before it.</param>
/// <param name="RoomMentionsBefore">Mentions of the whole room before it.</param>
internal readonly record struct RoomMonth(int Month, long FirstSeq, long MessagesBefore, long RoomMentionsBefore);

/// <summary>
/// Which months a stretch of a room's log lies in. Months rise with seqs, so every query names the few partitions that it needs. What retention
/// took is not in it.
/// </summary>
/// <param name="months">By month.</param>
/// <param name="messageCount">Messages of the room.</param>
/// <param name="lastSeq">Last event of the room.</param>
internal sealed class RoomMonths(IReadOnlyList<RoomMonth> months, long messageCount, long lastSeq)
{
    /// <summary>First event that is kept; the next one to come when none is.</summary>
    public long FirstSeq => months.Count > 0 ? months[0].FirstSeq : lastSeq + 1;

    /// <summary>Messages before the first event that is kept.</summary>
    public long MessagesBefore => months.Count > 0 ? months[0].MessagesBefore : messageCount;

    /// <summary>Mentions of the whole room before the first event that is kept; null when none is.</summary>
    public long? RoomMentionsBefore => months.Count > 0 ? months[0].RoomMentionsBefore : null;

    /// <summary>The month of a time.</summary>
    public static int Of(DateTimeOffset at) => (at.UtcDateTime.Year * 100) + at.UtcDateTime.Month;

    /// <summary>Asks for them; read by <see cref="Read(Rows, RoomHead?)"/>.</summary>
    public static void AddTo(SqlBatch batch, RoomShard shard, RoomId room) =>
        batch.Add(
            $"SELECT month, first_seq, messages_before, room_mentions_before FROM {shard.Rooms}.room_months WHERE room_id = {room} " +
            $"ORDER BY month");

    /// <summary>Reads them.</summary>
    public static RoomMonths Read(Rows rows, RoomHead? head) => Read(rows, head?.MessageCount ?? 0, head?.LastSeq ?? 0);

    /// <summary>Reads them.</summary>
    public static RoomMonths Read(Rows rows, long messageCount, long lastSeq)
    {
        var months = new List<RoomMonth>();
        while (rows.Step())
        {
            months.Add(new RoomMonth(rows.Int(0), rows.Long(1), rows.Long(2), rows.Long(3)));
        }

        return new RoomMonths(months, messageCount, lastSeq);
    }

    /// <summary>The month of an event; null when it is not kept.</summary>
    public RoomMonth? Find(long seq)
    {
        var index = IndexOf(seq);
        return index < 0 || seq > lastSeq ? null : months[index];
    }

    /// <summary>Those between two seqs, both included.</summary>
    public IReadOnlyList<long> Between(long from, long to)
    {
        var found = new List<long>();
        for (var i = Math.Max(0, IndexOf(from)); i < months.Count && months[i].FirstSeq <= to; i++)
        {
            found.Add(months[i].Month);
        }

        return found;
    }

    /// <summary>Those that hold the last messages below a seq, so many, as far as there are.</summary>
    public IReadOnlyList<long> Before(long before, int limit)
    {
        var found = new List<long>();
        var sure = 0L;
        for (var i = IndexOf(before - 1); i >= 0 && sure < limit; i--)
        {
            // Of the month that the seq lies in, at most as many messages as there are events can be at or above it.
            found.Add(months[i].Month);
            sure += Math.Max(0, Messages(i) - Math.Max(0, End(i) - before));
        }

        return found;
    }

    /// <summary>Those that hold the first messages above a seq, so many, as far as there are.</summary>
    public IReadOnlyList<long> After(long after, int limit)
    {
        var found = new List<long>();
        if (after >= lastSeq)
        {
            return found;
        }

        var sure = 0L;
        for (var i = Math.Max(0, IndexOf(after + 1)); i < months.Count && sure < limit; i++)
        {
            found.Add(months[i].Month);
            sure += Math.Max(0, Messages(i) - Math.Max(0, after + 1 - months[i].FirstSeq));
        }

        return found;
    }

    // One past the month's last event.
    private long End(int index) => index + 1 < months.Count ? months[index + 1].FirstSeq : lastSeq + 1;

    private long Messages(int index) => (index + 1 < months.Count ? months[index + 1].MessagesBefore : messageCount) - months[index].MessagesBefore;

    // Of the last month that begins at or before the seq; -1 when none does.
    private int IndexOf(long seq)
    {
        var index = months.Count - 1;
        while (index >= 0 && months[index].FirstSeq > seq)
        {
            index--;
        }

        return index;
    }
}
