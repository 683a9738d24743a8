using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>Reads and moves a member's read mark.</summary>
internal static class ReadMark
{
    /// <summary>The mark, null for one who is no member; and whether it would move to that seq.</summary>
    public static (ReadState? State, bool Moves) Find(Link link, RoomShard shard, RoomId room, UserId user, long seq)
    {
        var batch = RoomRows.BeginSnapshot().AddHead(shard, room)
            .Add(
                $"SELECT {RoomRows.MarkColumns} FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} AND m.user_id = {user} " +
                $"AND m.banned = 0");
        return link.Begin(batch, rows =>
        {
            if (RoomRows.FindHead(rows) is not { } head)
            {
                return (null, false);
            }

            rows.Next();
            var mark = rows.Step() ? RoomRows.Mark(rows, 0, head) : null;
            return (mark, mark is not null && Math.Min(seq, head.LastSeq) > mark.ReadSeq);
        });
    }

    /// <summary>
    /// Moves it. The member's row is locked before the room's is read: a commit that mentions the user waits for it, so both counts are of one
    /// moment; the room itself is not kept waiting. What the mark passes is found by one step into an index each.
    /// </summary>
    public static ReadState? Move(Link link, RoomShard shard, RoomId room, UserId user, long seq)
    {
        var batch = new SqlBatch().Add(new Sql("START TRANSACTION"))
            .Add(
                $"SELECT {RoomRows.MarkColumns} FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} AND m.user_id = {user} " +
                $"AND m.banned = 0 FOR UPDATE")
            .AddHead(shard, room);
        RoomMonths.AddTo(batch, shard, room);
        var (present, head, months) = link.Begin(batch, rows =>
        {
            long? readSeq = rows.Step() ? rows.Long(0) : null;
            rows.Next();
            var found = RoomRows.FindHead(rows);
            rows.Next();
            return (readSeq, found, RoomMonths.Read(rows, found));
        });
        if (present is null || head is null)
        {
            return null;
        }

        // What retention took cannot be read any more, so it is not unread either.
        var mark = Math.Max(present.Value, Math.Min(seq, head.LastSeq));
        var to = Math.Max(mark, months.FirstSeq - 1);
        var month = months.Find(to);
        var (messagesBefore, mentionsBefore) = month is { } m ? (m.MessagesBefore, m.RoomMentionsBefore)
            : (months.MessagesBefore, months.RoomMentionsBefore ?? head.RoomMentionCount);
        var second = new SqlBatch()
            .Add(
                $"UPDATE {shard.Rooms}.room_members SET read_seq = {mark}, read_messages = COALESCE((SELECT ordinal FROM " +
                $"{shard.Messages}.messages WHERE room_id = {room} AND month = {month?.Month ?? 0} AND seq <= {to} ORDER BY seq " +
                $"DESC LIMIT 1), {messagesBefore}), read_mentions = COALESCE((SELECT ordinal FROM {shard.Messages}.message_mentions " +
                $"WHERE room_id = {room} AND user_id = {user} AND seq <= {to} ORDER BY seq DESC LIMIT 1), 0), read_room_mentions = " +
                $"COALESCE((SELECT ordinal FROM {shard.Messages}.message_mentions WHERE room_id = {room} AND user_id = 0 AND seq <= " +
                $"{to} ORDER BY seq DESC LIMIT 1), {mentionsBefore}) WHERE room_id = {room} AND user_id = {user}")
            .Add($"SELECT {RoomRows.MarkColumns} FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} AND m.user_id = {user}");
        return link.Commit(second, rows => rows.Step() ? RoomRows.Mark(rows, 0, head) : null);
    }
}
