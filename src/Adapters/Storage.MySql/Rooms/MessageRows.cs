using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>A message as its row tells it; its reactions are in others.</summary>
internal sealed record StoredMessage(RoomId Room, int Month, int EmojiCount, Message Message);

/// <summary>Reads rows of <c>messages</c> as the messages that they are now.</summary>
internal static class MessageRows
{
    private static readonly Sql Columns = new(
        "room_id, seq, month, id, by_user, at, reply_to, thread, edited_at, deleted, pinned_seq, emoji_count, mentions_room, client_id, " +
        "mentions, attachments, text, thread_count");

    /// <summary>Asks for the last messages below a seq, the newest first; read by <see cref="Read"/>.</summary>
    public static void AddBefore(SqlBatch batch, RoomShard shard, RoomId room, RoomMonths months, long before, int limit) =>
        batch.Add(
            $"SELECT {Columns} FROM {shard.Messages}.messages WHERE room_id = {room} AND month IN ({months.Before(before, limit)}) " +
            $"AND seq < {before} ORDER BY seq DESC LIMIT {limit}");

    /// <summary>Asks for the first messages above a seq, the oldest first; read by <see cref="Read"/>.</summary>
    public static void AddAfter(SqlBatch batch, RoomShard shard, RoomId room, RoomMonths months, long after, int limit) =>
        batch.Add(
            $"SELECT {Columns} FROM {shard.Messages}.messages WHERE room_id = {room} AND month IN ({months.After(after, limit)}) " +
            $"AND seq > {after} ORDER BY seq LIMIT {limit}");

    /// <summary>
    /// Asks for messages by their places, in no order; read by <see cref="Read"/>. One by one: lists of seqs and of months would be taken for all
    /// their combinations.
    /// </summary>
    public static void AddThese(SqlBatch batch, RoomShard shard, IReadOnlyCollection<(RoomId Room, long Seq, long Month)> places)
    {
        var months = places.Select(p => p.Month).Distinct().ToList();
        var keys = new Sql(string.Join(" OR ", places.Select(p => $"room_id = {p.Room} AND seq = {p.Seq} AND month = {p.Month}")));
        batch.Add($"SELECT {Columns} FROM {shard.Messages}.messages WHERE month IN ({months}) AND ({keys})");
    }

    /// <summary>Reads the answer to one of the above.</summary>
    public static List<StoredMessage> Read(Rows rows)
    {
        var messages = new List<StoredMessage>();
        while (rows.Step())
        {
            messages.Add(new StoredMessage(
                new RoomId(rows.Long(0)),
                rows.Int(2),
                rows.Int(11),
                new Message
                {
                    Seq = rows.Long(1),
                    Id = new MessageId(rows.Long(3)),
                    By = new UserId(rows.Long(4)),
                    At = rows.Time(5),
                    ReplyTo = rows.LongOrNull(6),
                    Thread = rows.LongOrNull(7),
                    EditedAt = rows.TimeOrNull(8),
                    Deleted = rows.Bool(9),
                    Pinned = !rows.IsNull(10),
                    MentionsRoom = rows.Bool(12),
                    ClientId = rows.Text(13),
                    Mentions = StoredJson.Users(rows.TextOrNull(14)),
                    Attachments = StoredJson.Attachments(rows.TextOrNull(15)),
                    Text = rows.Text(16),
                    ThreadCount = rows.Int(17),
                }));
        }

        return messages;
    }

    /// <summary>The messages with their reactions as the reader sees them, in the same order; asks for these only when there are any.</summary>
    public static IReadOnlyList<StoredMessage> WithReactions(Link link, RoomShard shard, UserId reader, IReadOnlyList<StoredMessage> messages)
    {
        var reacted = messages.Where(m => m.EmojiCount > 0).ToList();
        if (reacted.Count == 0)
        {
            return messages;
        }

        var batch = new SqlBatch();
        var months = reacted.Select(m => (long)m.Month).Distinct().ToList();
        var keys = new Sql(string.Join(" OR ", reacted.Select(m => $"room_id = {m.Room} AND seq = {m.Message.Seq} AND month = {m.Month}")));
        var own = new Sql(string.Join(
            " OR ", reacted.Select(m => $"room_id = {m.Room} AND seq = {m.Message.Seq} AND month = {m.Month} AND user_id = {reader}")));
        batch.Add($"SELECT room_id, seq, emoji_key FROM {shard.Messages}.message_reactions WHERE month IN ({months}) AND ({own})");
        batch.Add(
            $"SELECT room_id, seq, emoji_key, emoji, users FROM {shard.Messages}.message_emoji WHERE month IN ({months}) AND " +
            $"({keys}) ORDER BY first_seq");
        var reactions = link.Query(batch, rows =>
        {
            var mine = new HashSet<(long, long, string)>();
            while (rows.Step())
            {
                mine.Add((rows.Long(0), rows.Long(1), rows.Text(2)));
            }

            rows.Next();
            var found = new List<(RoomId Room, long Seq, Reaction Reaction)>();
            while (rows.Step())
            {
                var me = mine.Contains((rows.Long(0), rows.Long(1), rows.Text(2)));
                found.Add((new RoomId(rows.Long(0)), rows.Long(1), new Reaction(rows.Text(3), rows.Int(4), me)));
            }

            return found.ToLookup(r => (r.Room, r.Seq), r => r.Reaction);
        });
        return [.. messages.Select(m => m.EmojiCount == 0 ? m : m with { Message = m.Message with { Reactions = [.. reactions[(m.Room, m.Message.Seq)]] } })];
    }
}
