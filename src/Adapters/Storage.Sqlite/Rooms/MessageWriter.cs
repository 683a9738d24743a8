using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Writes messages and what is set on them.</summary>
internal static class MessageWriter
{
    private const string InsertClientIdSql =
        "INSERT INTO message_client_ids (room_id, user_id, client_id, content_hash, seq, message_id, at) VALUES (?,?,?,?,?,?,?) " +
        "ON CONFLICT DO NOTHING";

    private const string InsertSql =
        "INSERT INTO messages (room_id, seq, id, by_user, at, ordinal, reply_to, thread, edited_at, deleted, pinned_seq, emoji_count, " +
        "mentions_room, original_mentions_room, client_id, mentions, attachments, text, original_mentions, original_text) " +
        "VALUES (?,?,?,?,?,?,?,?,NULL,0,NULL,0,?,NULL,?,?,?,?,NULL,NULL)";

    private const string CountInThreadSql = "UPDATE messages SET thread_count = thread_count + 1 WHERE room_id = ? AND seq = ?";

    private const string InsertMentionSql =
        """
        INSERT INTO message_mentions (room_id, user_id, seq, ordinal)
        VALUES (?1, ?2, ?3, 1 + coalesce((SELECT ordinal FROM message_mentions WHERE room_id = ?1 AND user_id = ?2 ORDER BY seq DESC LIMIT 1), 0))
        ON CONFLICT DO NOTHING
        """;

    private const string CountMentionSql =
        "UPDATE room_members SET mention_count = mention_count + 1 WHERE room_id = ? AND user_id = ? AND banned = 0";

    // Sending is reading: the sender's mark is at the message, and its counts are those of this moment.
    private const string MarkSenderSql =
        "UPDATE room_members SET read_seq = ?, read_messages = ?, read_mentions = mention_count, read_room_mentions = ? " +
        "WHERE room_id = ? AND user_id = ? AND banned = 0";

    private const string EditSql =
        """
        UPDATE messages SET
            original_text = coalesce(original_text, text),
            original_mentions = CASE WHEN original_text IS NULL THEN mentions ELSE original_mentions END,
            original_mentions_room = CASE WHEN original_text IS NULL THEN mentions_room ELSE original_mentions_room END,
            text = ?, mentions = ?, mentions_room = ?, edited_at = ?
        WHERE room_id = ? AND seq = ? AND deleted = 0
        """;

    private const string DeleteSql =
        "UPDATE messages SET deleted = 1, text = '', mentions = NULL, mentions_room = 0, attachments = NULL, pinned_seq = NULL, " +
        "original_text = CASE WHEN original_text IS NULL THEN NULL ELSE '' END, original_mentions = NULL, " +
        "original_mentions_room = CASE WHEN original_text IS NULL THEN NULL ELSE 0 END WHERE room_id = ? AND seq = ?";

    private const string EraseEditsSql =
        "UPDATE message_events SET text = '', mentions = NULL, mentions_room = 0 WHERE room_id = ? AND target = ? AND kind = 2";

    private const string PinSql = "UPDATE messages SET pinned_seq = ? WHERE room_id = ? AND seq = ? AND deleted = 0 AND pinned_seq IS NULL";
    private const string UnpinSql = "UPDATE messages SET pinned_seq = NULL WHERE room_id = ? AND seq = ? AND pinned_seq IS NOT NULL";
    private const string SetReactionSql =
        "INSERT INTO message_reactions (room_id, seq, emoji, user_id) VALUES (?,?,?,?) ON CONFLICT DO NOTHING";
    private const string DropReactionSql = "DELETE FROM message_reactions WHERE room_id = ? AND seq = ? AND emoji = ? AND user_id = ?";

    private const string CountEmojiSql =
        "INSERT INTO message_emoji (room_id, seq, emoji, users, first_seq) VALUES (?,?,?,1,?) " +
        "ON CONFLICT (room_id, seq, emoji) DO UPDATE SET users = users + 1";

    private const string UncountEmojiSql = "UPDATE message_emoji SET users = users - 1 WHERE room_id = ? AND seq = ? AND emoji = ?";
    private const string DropEmojiSql = "DELETE FROM message_emoji WHERE room_id = ? AND seq = ? AND emoji = ? AND users = 0";

    private const string CountDistinctEmojiSql =
        "UPDATE messages SET emoji_count = (SELECT count(*) FROM message_emoji WHERE room_id = ?1 AND seq = ?2) WHERE room_id = " +
        "?1 AND seq = ?2";

    /// <summary>Remembers the clientId; false, and nothing written, when it is known.</summary>
    public static bool InsertClientId(SqliteHandle handle, RoomId room, Message message, long contentHash) =>
        handle.Prepare(InsertClientIdSql)
            .Bind(room).Bind(message.By).Bind(message.ClientId).Bind(contentHash).Bind(message.Seq).Bind(message.Id.Value).Bind(message.At)
            .ExecuteCount() == 1;

    /// <summary>Adds a message and its mentions, counts it in its thread, and moves the sender's mark to it.</summary>
    /// <param name="handle">Inside a transaction.</param>
    /// <param name="room">The room.</param>
    /// <param name="message">The message.</param>
    /// <param name="ordinal">Messages of the room up to and with this one.</param>
    /// <param name="roomMentions">Mentions of the whole room up to and with this one.</param>
    public static void Insert(SqliteHandle handle, RoomId room, Message message, long ordinal, long roomMentions)
    {
        handle.Prepare(InsertSql)
            .Bind(room).Bind(message.Seq).Bind(message.Id.Value).Bind(message.By).Bind(message.At).Bind(ordinal).Bind(message.ReplyTo)
            .Bind(message.Thread).Bind(message.MentionsRoom).Bind(message.ClientId).Bind(StoredJson.Write(message.Mentions))
            .Bind(StoredJson.Write(message.Attachments)).Bind(message.Text)
            .Execute();
        if (message.Thread is { } root)
        {
            handle.Prepare(CountInThreadSql).Bind(room).Bind(root).Execute();
        }

        if (message.MentionsRoom)
        {
            // The whole room includes those named: one mention, one row.
            InsertMention(handle, room, new UserId(0), message.Seq);
        }
        else
        {
            foreach (var user in message.Mentions)
            {
                if (InsertMention(handle, room, user, message.Seq))
                {
                    handle.Prepare(CountMentionSql).Bind(room).Bind(user).Execute();
                }
            }
        }

        handle.Prepare(MarkSenderSql).Bind(message.Seq).Bind(ordinal).Bind(roomMentions).Bind(room).Bind(message.By).Execute();
    }

    /// <summary>Replaces the text; false when there is no such message, or it is deleted.</summary>
    public static bool Edit(SqliteHandle handle, RoomId room, long target, RoomEvent edit) =>
        handle.Prepare(EditSql)
            .Bind(edit.Text ?? string.Empty).Bind(StoredJson.Write(edit.Mentions)).Bind(edit.MentionsRoom is true).Bind(edit.At)
            .Bind(room).Bind(target)
            .ExecuteCount() == 1;

    /// <summary>Erases the text, everywhere.</summary>
    public static void Delete(SqliteHandle handle, RoomId room, long target)
    {
        handle.Prepare(DeleteSql).Bind(room).Bind(target).Execute();
        handle.Prepare(EraseEditsSql).Bind(room).Bind(target).Execute();
    }

    /// <summary>Pins by that event, unless it is pinned already; null unpins.</summary>
    public static void Pin(SqliteHandle handle, RoomId room, long target, long? pinnedBy)
    {
        if (pinnedBy is { } seq)
        {
            handle.Prepare(PinSql).Bind(seq).Bind(room).Bind(target).Execute();
        }
        else
        {
            handle.Prepare(UnpinSql).Bind(room).Bind(target).Execute();
        }
    }

    /// <summary>Sets or takes back a reaction; the count changes only when it was not so already.</summary>
    public static void React(SqliteHandle handle, RoomId room, long target, string emoji, UserId user, bool on, long seq)
    {
        if (handle.Prepare(on ? SetReactionSql : DropReactionSql).Bind(room).Bind(target).Bind(emoji).Bind(user).ExecuteCount() == 0)
        {
            return;
        }

        if (on)
        {
            handle.Prepare(CountEmojiSql).Bind(room).Bind(target).Bind(emoji).Bind(seq).Execute();
        }
        else
        {
            handle.Prepare(UncountEmojiSql).Bind(room).Bind(target).Bind(emoji).Execute();
            handle.Prepare(DropEmojiSql).Bind(room).Bind(target).Bind(emoji).Execute();
        }

        handle.Prepare(CountDistinctEmojiSql).Bind(room).Bind(target).Execute();
    }

    private static bool InsertMention(SqliteHandle handle, RoomId room, UserId user, long seq) =>
        handle.Prepare(InsertMentionSql).Bind(room).Bind(user).Bind(seq).ExecuteCount() == 1;
}
