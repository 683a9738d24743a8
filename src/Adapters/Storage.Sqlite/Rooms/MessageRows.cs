using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Reads rows of <c>messages</c> as the messages that they are now.</summary>
internal static class MessageRows
{
    /// <summary>Columns of a message as it is now, from column 0.</summary>
    public const string Columns =
        "seq, id, by_user, at, reply_to, thread, edited_at, deleted, pinned_seq, emoji_count, mentions_room, client_id, " +
        "mentions, attachments, text, thread_count";

    private const string FindSql = $"SELECT {Columns} FROM messages WHERE room_id = ? AND seq = ?";
    private const string BeforeSql = $"SELECT {Columns} FROM messages WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?";
    private const string AfterSql = $"SELECT {Columns} FROM messages WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?";

    // A thread is the message that it hangs on and those that name it; both parts come from an index in order and are merged.
    private const string ThreadBeforeSql =
        $"SELECT {Columns} FROM messages WHERE room_id = ?1 AND thread = ?2 AND seq < ?3 UNION ALL " +
        $"SELECT {Columns} FROM messages WHERE room_id = ?1 AND seq = ?2 AND thread IS NOT ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4";

    private const string ThreadAfterSql =
        $"SELECT {Columns} FROM messages WHERE room_id = ?1 AND thread = ?2 AND seq > ?3 UNION ALL " +
        $"SELECT {Columns} FROM messages WHERE room_id = ?1 AND seq = ?2 AND thread IS NOT ?2 AND seq > ?3 ORDER BY seq LIMIT ?4";

    private const string PinsSql = $"SELECT {Columns} FROM messages WHERE room_id = ? AND pinned_seq IS NOT NULL ORDER BY pinned_seq DESC";

    private const string EmojiSql =
        "SELECT e.emoji, e.users, EXISTS (SELECT 1 FROM message_reactions r WHERE r.room_id = e.room_id AND r.seq = e.seq AND " +
        "r.emoji = e.emoji " +
        "AND r.user_id = ?3) FROM message_emoji e WHERE e.room_id = ?1 AND e.seq = ?2 ORDER BY e.first_seq";

    /// <summary>The message with that seq; null when there is none.</summary>
    public static Message? Find(SqliteHandle handle, RoomId room, UserId reader, long seq)
    {
        var found = Read(handle, handle.Prepare(FindSql).Bind(room).Bind(seq), room, reader, 1);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>The messages of a query, in its order.</summary>
    public static IReadOnlyList<Message> Read(SqliteHandle handle, RoomId room, UserId reader, MessageQuery query)
    {
        if (query.Around is { } around)
        {
            var lower = query.Limit / 2;
            var messages = Before(handle, room, reader, query.Thread, around, lower);
            messages.Reverse();
            messages.AddRange(After(handle, room, reader, query.Thread, around - 1, query.Limit - lower));
            return messages;
        }

        if (query.After is { } after)
        {
            return After(handle, room, reader, query.Thread, after, query.Limit);
        }

        return query is { Thread: not null, Before: null }
            ? After(handle, room, reader, query.Thread, 0, query.Limit)
            : Before(handle, room, reader, query.Thread, query.Before ?? long.MaxValue, query.Limit);
    }

    /// <summary>The pinned messages, the last pinned first.</summary>
    public static IReadOnlyList<Message> Pins(SqliteHandle handle, RoomId room, UserId reader) =>
        Read(handle, handle.Prepare(PinsSql).Bind(room), room, reader, 0);

    private static List<Message> Before(SqliteHandle handle, RoomId room, UserId reader, long? thread, long before, int limit)
    {
        var rows = thread is { } root
            ? handle.Prepare(ThreadBeforeSql).Bind(room).Bind(root)
            : handle.Prepare(BeforeSql).Bind(room);
        return Read(handle, rows.Bind(before).Bind(limit), room, reader, limit);
    }

    private static List<Message> After(SqliteHandle handle, RoomId room, UserId reader, long? thread, long after, int limit)
    {
        var rows = thread is { } root
            ? handle.Prepare(ThreadAfterSql).Bind(room).Bind(root)
            : handle.Prepare(AfterSql).Bind(room);
        return Read(handle, rows.Bind(after).Bind(limit), room, reader, limit);
    }

    private static List<Message> Read(SqliteHandle handle, Statement rows, RoomId room, UserId reader, int expected)
    {
        var messages = new List<Message>(expected);
        while (rows.Step())
        {
            var seq = rows.Long(0);
            messages.Add(new Message
            {
                Seq = seq,
                Id = new MessageId(rows.Long(1)),
                By = new UserId(rows.Long(2)),
                At = rows.Time(3),
                ReplyTo = rows.LongOrNull(4),
                Thread = rows.LongOrNull(5),
                EditedAt = rows.TimeOrNull(6),
                Deleted = rows.Bool(7),
                Pinned = !rows.IsNull(8),
                Reactions = rows.Int(9) == 0 ? [] : Reactions(handle, room, seq, reader),
                MentionsRoom = rows.Bool(10),
                ClientId = rows.Text(11),
                Mentions = StoredJson.Users(rows, 12),
                Attachments = StoredJson.Attachments(rows, 13),
                Text = rows.Text(14),
                ThreadCount = rows.Int(15),
            });
        }

        return messages;
    }

    private static List<Reaction> Reactions(SqliteHandle handle, RoomId room, long seq, UserId reader)
    {
        var reactions = new List<Reaction>();
        var rows = handle.Prepare(EmojiSql).Bind(room).Bind(seq).Bind(reader);
        while (rows.Step())
        {
            reactions.Add(new Reaction(rows.Text(0), rows.Int(1), rows.Bool(2)));
        }

        return reactions;
    }
}
