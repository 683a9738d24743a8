using System.Globalization;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;

namespace Chat.Storage.MySql.Admin;

/// <summary>
/// Writes loads over one connection. A batch is an INSERT … SELECT over a table of numbers: it takes 5.0 µs of the server's processor a row, where LOAD
/// DATA takes 6.0 and INSERTs of a thousand rows 10.5, and nothing of this side's (benchmarks/README.md).
/// </summary>
internal sealed class LoadWriter
{
    private const int BatchRows = 20_000;
    private const int MostAttempts = 6;

    private readonly Link _link;
    private readonly RoomPlace _place;
    private readonly IdForm _ids;

    public LoadWriter(Link link, RoomPlace place, IdForm ids)
    {
        (_link, _place, _ids) = (link, place, ids);
        Fill("load_numbers (n INT NOT NULL, PRIMARY KEY (n))", "load_numbers (n)", Enumerable.Range(1, BatchRows).Select(n => Text($"({n})")));
    }

    /// <summary>Writes one load, batch by batch.</summary>
    public LoadOutcome Write(MessageLoad load, Action<long> written, CancellationToken stop)
    {
        var room = _link.Query(Heads(load, forUpdate: false), Head);
        var problem = room is not { } head ? LoadProblem.NotFound
            : head.Archived ? LoadProblem.Archived
            : load.Until.ToUnixTimeMilliseconds() - head.LastAt < load.Messages ? LoadProblem.TooYoung
            : (LoadProblem?)null;
        if (problem is not null)
        {
            return new LoadOutcome(load.Room, 0, problem);
        }

        Fill(
            "load_senders (slot INT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (slot))", "load_senders (slot, user_id)",
            load.Senders.Select((sender, slot) => Text($"({slot}, {sender})")));
        var plan = new LoadPlan(load, room!.Value.LastAt, _ids);
        var done = 0L;
        while (done < load.Messages && !stop.IsCancellationRequested)
        {
            var count = plan.BatchAfter(done, BatchRows);
            if (!TryWrite(plan, room.Value, done, count))
            {
                return new LoadOutcome(load.Room, done, LoadProblem.Conflict);
            }

            room = room.Value.After(plan, done, count);
            done += count;
            written(count);
        }

        return new LoadOutcome(load.Room, done, null);
    }

    private bool TryWrite(LoadPlan plan, LoadedRoom room, long done, int count)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (_link.Begin(Heads(plan.Load, forUpdate: true), Head) != room)
                {
                    _link.TryRollback();
                    return false;
                }

                _link.Commit(Batch(plan, room, room.After(plan, done, count), done, count));
                return true;
            }
            catch (MySqlFault fault) when (
                fault.Kind is FaultKind.Deadlock or FaultKind.LockWait or FaultKind.TableChanged && attempt < MostAttempts && _link.TryRollback())
            {
            }
        }
    }

    private SqlBatch Heads(MessageLoad load, bool forUpdate)
    {
        var batch = new SqlBatch();
        if (forUpdate)
        {
            batch.Add(new Sql("START TRANSACTION"));
        }

        return batch.Add(
            $"SELECT version, last_seq, message_count, room_mention_count, last_at, last_month, archived FROM {_place.Rooms}.rooms WHERE id = {load.Room} {new Sql(forUpdate ? "FOR UPDATE" : "")}");
    }

    private static LoadedRoom? Head(Rows rows) =>
        rows.Step() ? new LoadedRoom(rows.Long(0), rows.Long(1), rows.Long(2), rows.Long(3), rows.Long(4), rows.Long(5), rows.Bool(6)) : null;

    /// <summary>Message number <c>k</c> of the load, from 1, is <c>done + n</c>.</summary>
    private SqlBatch Batch(LoadPlan plan, LoadedRoom room, LoadedRoom after, long done, int count)
    {
        var (load, db) = (plan.Load, _place.Messages);
        var senders = load.Senders.Count;
        var (epoch, bits, from, span) = (_ids.Epoch.ToUnixTimeMilliseconds(), _ids.SuffixBits, plan.From, plan.Span);
        var words = MessageLoad.Words(load.TextBytes);
        var batch = new SqlBatch().Add(
            $"""
            INSERT INTO {db}.messages (room_id, seq, month, id, by_user, at, ordinal, mentions_room, client_id, text)
            SELECT {load.Room}, {room.LastSeq} + n, {after.LastMonth}, ((({from} + ({done} + n) * {span} DIV {load.Messages}) - {epoch}) << {bits}) | {load.IdSuffix},
              s.user_id, {from} + ({done} + n) * {span} DIV {load.Messages}, {room.MessageCount} + n, 0, CONCAT('load-', {room.LastSeq} + n),
              LEFT(CONCAT('Message ', {room.MessageCount} + n, ': ', {words}), {load.TextBytes})
            FROM {db}.load_numbers STRAIGHT_JOIN {db}.load_senders s ON s.slot = ({done} + n) MOD {senders} WHERE n <= {count} ORDER BY n
            """);
        if (after.LastMonth != room.LastMonth)
        {
            batch.Add(
                $"INSERT INTO {_place.Rooms}.room_months (room_id, month, first_seq, messages_before, room_mentions_before) VALUES ({load.Room}, {after.LastMonth}, {room.LastSeq} + 1, {room.MessageCount}, {room.RoomMentionCount})");
        }

        // The last message of the one on slot s in this batch is number b - (b - s) mod senders, where b is the batch's last.
        var last = done + count;
        return batch
            .Add(
                $"""
                UPDATE {_place.Rooms}.room_members m JOIN {db}.load_senders s ON s.user_id = m.user_id
                SET m.read_seq = {after.LastSeq} - MOD({last} + {senders} - s.slot, {senders}), m.read_messages = {after.MessageCount} - MOD({last} + {senders} - s.slot, {senders}),
                  m.read_mentions = m.mention_count, m.read_room_mentions = {room.RoomMentionCount}
                WHERE m.room_id = {load.Room} AND m.banned = 0 AND MOD({last} + {senders} - s.slot, {senders}) < {count}
                """)
            .Add(
                $"""
                UPDATE {_place.Rooms}.rooms SET version = {after.Version}, last_seq = {after.LastSeq}, message_count = {after.MessageCount}, last_message_seq = {after.LastSeq},
                  last_at = {after.LastAt}, last_month = {after.LastMonth}, last_message_month = {after.LastMonth} WHERE id = {load.Room}
                """)
            .Add($"INSERT INTO {db}.outbox (room_id, first_seq, last_seq, at) VALUES ({load.Room}, {room.LastSeq} + 1, {after.LastSeq}, {after.LastAt})");
    }

    private void Fill(string create, string columns, IEnumerable<string> rows)
    {
        var table = create[..create.IndexOf(' ', StringComparison.Ordinal)];
        var batch = new SqlBatch()
            .Add(new Sql($"DROP TEMPORARY TABLE IF EXISTS `{_place.Messages.Name}`.{table}"))
            .Add(new Sql($"CREATE TEMPORARY TABLE `{_place.Messages.Name}`.{create} ENGINE = InnoDB"));
        foreach (var some in rows.Chunk(5000))
        {
            batch.Add(new Sql($"INSERT INTO `{_place.Messages.Name}`.{columns} VALUES {string.Join(',', some)}"));
        }

        _link.Run(batch);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A room's row as a load knows it. What it compares before it writes.</summary>
internal readonly record struct LoadedRoom(
    long Version, long LastSeq, long MessageCount, long RoomMentionCount, long LastAt, long LastMonth, bool Archived)
{
    /// <summary>The row after so many more messages.</summary>
    public LoadedRoom After(LoadPlan plan, long done, int count) => this with
    {
        Version = Version + 1,
        LastSeq = LastSeq + count,
        MessageCount = MessageCount + count,
        LastAt = plan.AtOf(done + count),
        LastMonth = Math.Max(LastMonth, plan.MonthOf(done + count)),
    };
}

/// <summary>When each message of a load is sent, counted from 1.</summary>
internal sealed class LoadPlan(MessageLoad load, long from, IdForm ids)
{
    public MessageLoad Load { get; } = load;

    /// <summary>Milliseconds since 1970 after which they begin; never before ids do.</summary>
    public long From { get; } = Math.Max(from, ids.Epoch.ToUnixTimeMilliseconds());

    /// <summary>Milliseconds over which they are spread.</summary>
    public long Span => Load.Until.ToUnixTimeMilliseconds() - From;

    public long AtOf(long number) => From + (number * Span / Load.Messages);

    public int MonthOf(long number) => RoomMonths.Of(DateTimeOffset.FromUnixTimeMilliseconds(AtOf(number)));

    /// <summary>How many of the next ones go together: no more than allowed, and all of one month.</summary>
    public int BatchAfter(long done, int most)
    {
        var count = (int)Math.Min(most, Load.Messages - done);
        var month = MonthOf(done + 1);
        if (MonthOf(done + count) == month)
        {
            return count;
        }

        // The last one before the next month begins.
        var (low, high) = (1, count);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = MonthOf(done + middle) == month ? (middle, high) : (low, middle);
        }

        return low;
    }
}
