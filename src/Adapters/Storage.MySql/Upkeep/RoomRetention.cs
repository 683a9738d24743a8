using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Upkeep;

/// <summary>
/// Makes rooms forget months whose partitions are to be deleted: what lies in them is unread for nobody, pinned no more and in no thread. A
/// transaction for each room, with its row locked. Blocks.
/// </summary>
internal sealed class RoomRetention(MySqlStore store, Link link)
{
    private const int RoomsAtOnce = 200;
    private const int MostAttempts = 5;

    /// <summary>Does it for all rooms whose messages are in that database; answers how many there were.</summary>
    public int Forget(RoomDatabase messages, int keepFrom)
    {
        var count = 0;
        foreach (var rooms in store.Map.RoomShards.Where(s => s.Server == messages.Server && s.Messages == messages.Db).Select(s => s.Rooms).Distinct())
        {
            var after = 0L;
            List<long> found;
            do
            {
                found = Find(rooms, keepFrom, after);
                foreach (var room in found.Select(id => new RoomId(id)).Where(room => store.Map.Of(room).Messages == messages.Db))
                {
                    Forget(rooms, messages.Db, room, keepFrom);
                    count++;
                }

                after = found.Count > 0 ? found[^1] : after;
            }
            while (found.Count == RoomsAtOnce);
        }

        return count;
    }

    private List<long> Find(Db rooms, int keepFrom, long after) =>
        link.Query(
            new SqlBatch().Add(
                $"SELECT DISTINCT room_id FROM {rooms}.room_months WHERE month < {keepFrom} AND room_id > {after} ORDER BY room_id " +
                $"LIMIT {RoomsAtOnce}"),
            rows =>
            {
                var found = new List<long>();
                while (rows.Step())
                {
                    found.Add(rows.Long(0));
                }

                return found;
            });

    private void Forget(Db rooms, Db messages, RoomId room, int keepFrom)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                ForgetOnce(rooms, messages, room, keepFrom);
                return;
            }
            catch (MySqlFault fault) when (fault.Kind is FaultKind.Deadlock or FaultKind.LockWait && attempt < MostAttempts && link.TryRollback())
            {
                store.Metrics.Retried(fault.Kind);
            }
        }
    }

    private void ForgetOnce(Db rooms, Db messages, RoomId room, int keepFrom)
    {
        var (first, messagesBefore, mentionsBefore) = link.Begin(
            new SqlBatch().Add(new Sql("START TRANSACTION"))
                .Add($"SELECT last_seq + 1, message_count, room_mention_count FROM {rooms}.rooms WHERE id = {room} FOR UPDATE")
                .Add(
                    $"SELECT first_seq, messages_before, room_mentions_before FROM {rooms}.room_months WHERE room_id = {room} AND " +
                    $"month >= {keepFrom} ORDER BY month LIMIT 1"),
            rows =>
            {
                // Nothing is kept: as if the next event were the first.
                var next = rows.Step() ? (rows.Long(0), rows.Long(1), rows.Long(2)) : default;
                rows.Next();
                return rows.Step() ? (rows.Long(0), rows.Long(1), rows.Long(2)) : next;
            });

        // Rows of the members: the counts at their marks. The marks themselves stay where they are. The version tells grains to load anew.
        // Of mentions, the last one below stays: the next one counts on from it.
        link.Commit(new SqlBatch()
            .Add(
                $"UPDATE {rooms}.room_members m SET m.read_messages = GREATEST(m.read_messages, {messagesBefore}), " +
                $"m.read_room_mentions = GREATEST(m.read_room_mentions, {mentionsBefore}), m.read_mentions = " +
                $"GREATEST(m.read_mentions, COALESCE((SELECT x.ordinal FROM {messages}.message_mentions x WHERE x.room_id = {room} " +
                $"AND x.user_id = m.user_id AND x.seq < {first} ORDER BY x.seq DESC LIMIT 1), 0)) WHERE m.room_id = {room} AND " +
                $"m.read_seq < {first} AND m.banned = 0")
            .Add(
                $"UPDATE {rooms}.rooms SET version = version + 1, pin_count = GREATEST(0, pin_count - (SELECT COUNT(*) FROM " +
                $"{messages}.message_pins WHERE room_id = {room} AND seq < {first})) WHERE id = {room} AND EXISTS (SELECT 1 FROM " +
                $"{messages}.message_pins WHERE room_id = {room} AND seq < {first})")
            .Add($"UPDATE {rooms}.rooms SET last_message_month = 0 WHERE id = {room} AND last_message_month < {keepFrom}")
            .Add($"DELETE FROM {messages}.message_pins WHERE room_id = {room} AND seq < {first}")
            .Add($"DELETE FROM {messages}.message_threads WHERE room_id = {room} AND seq < {first}")
            .Add(
                $"DELETE {messages}.message_mentions FROM {messages}.message_mentions JOIN (SELECT user_id, MAX(seq) AS last " +
                $"FROM {messages}.message_mentions WHERE room_id = {room} AND seq < {first} GROUP BY user_id) k " +
                $"ON k.user_id = {messages}.message_mentions.user_id " +
                $"WHERE {messages}.message_mentions.room_id = {room} AND {messages}.message_mentions.seq < k.last")
            .Add($"DELETE FROM {rooms}.room_months WHERE room_id = {room} AND month < {keepFrom}"));
    }
}
