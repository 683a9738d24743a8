using Chat.Contracts;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// What events set on a message that is there. Whether it is deleted, or the reaction set already, the statements find out themselves, so that it
/// need not be read before.
/// </summary>
internal static class TargetWriter
{
    /// <summary>Counts what was sent into its thread.</summary>
    public static void CountInThread(CommitBatch batch, RoomId room, long root, int month, int count) =>
        batch.Then.Add(
            $"UPDATE {batch.Messages}.messages SET thread_count = thread_count + {count} WHERE room_id = {room} AND seq = {root} " +
            $"AND month = {month}");

    /// <summary>
    /// Replaces the text, unless the message is deleted; then the edit's own row is emptied, for nothing of the text may come back. Assignments
    /// take effect from left to right.
    /// </summary>
    public static void Edit(CommitBatch batch, RoomId room, long target, int month, RoomEvent edit, int editMonth)
    {
        var db = batch.Messages;
        batch.Then.Add(
            $"UPDATE {db}.messages SET original_mentions = IF(original_text IS NULL, mentions, original_mentions), " +
            $"original_mentions_room = IF(original_text IS NULL, mentions_room, original_mentions_room), original_text = " +
            $"COALESCE(original_text, text), text = {edit.Text ?? string.Empty}, mentions = {StoredJson.Write(edit.Mentions)}, " +
            $"mentions_room = {edit.MentionsRoom is true}, edited_at = {edit.At} WHERE room_id = {room} AND seq = {target} AND " +
            $"month = {month} AND deleted = 0");
        batch.Then.Add(
            $"UPDATE {db}.message_events SET text = '', mentions = NULL, mentions_room = 0 WHERE room_id = {room} AND seq = " +
            $"{edit.Seq} AND month = {editMonth} AND NOT EXISTS (SELECT 1 FROM {db}.messages m WHERE m.room_id = {room} AND m.seq = " +
            $"{target} AND m.month = {month} AND m.deleted = 0)");
    }

    /// <summary>Erases the text, everywhere: edits may lie in any month from the message's to the present one.</summary>
    public static void Delete(CommitBatch batch, RoomId room, long target, int month, int deleteMonth)
    {
        var db = batch.Messages;
        batch.Then.Add(
            $"UPDATE {db}.messages SET deleted = 1, text = '', mentions = NULL, mentions_room = 0, attachments = NULL, pinned_seq = " +
            $"NULL, original_mentions = NULL, original_mentions_room = IF(original_text IS NULL, NULL, 0), original_text = " +
            $"IF(original_text IS NULL, NULL, '') WHERE room_id = {room} AND seq = {target} AND month = {month}");
        batch.Then.Add(
            $"UPDATE {db}.message_events SET text = '', mentions = NULL, mentions_room = 0 WHERE room_id = {room} AND target = " +
            $"{target} AND kind = 2 AND month >= {month} AND month <= {deleteMonth}");
        batch.Then.Add($"DELETE FROM {db}.message_pins WHERE room_id = {room} AND seq = {target}");
    }

    /// <summary>Pins by that event, unless it is pinned already or deleted; null unpins.</summary>
    public static void Pin(CommitBatch batch, RoomId room, long target, int month, long? pinnedBy)
    {
        var db = batch.Messages;
        if (pinnedBy is { } seq)
        {
            batch.Then.Add(
                $"UPDATE {db}.messages SET pinned_seq = {seq} WHERE room_id = {room} AND seq = {target} AND month = {month} AND " +
                $"deleted = 0 AND pinned_seq IS NULL");
            batch.Then.Add(
                $"INSERT INTO {db}.message_pins (room_id, seq, month, pinned_seq) SELECT room_id, seq, month, pinned_seq FROM " +
                $"{db}.messages WHERE room_id = {room} AND seq = {target} AND month = {month} AND pinned_seq = {seq}");
        }
        else
        {
            batch.Then.Add($"DELETE FROM {db}.message_pins WHERE room_id = {room} AND seq = {target}");
            batch.Then.Add($"UPDATE {db}.messages SET pinned_seq = NULL WHERE room_id = {room} AND seq = {target} AND month = {month}");
        }
    }

    /// <summary>Sets or takes back a reaction; the emoji's count changes only when it was not so already.</summary>
    public static void React(CommitBatch batch, RoomId room, long target, int month, string emoji, RoomEvent reaction)
    {
        var (db, key, user) = (batch.Messages, KeyText.Of(emoji), reaction.By);
        if (reaction.On is true)
        {
            batch.Then.Add(
                $"INSERT INTO {db}.message_emoji (room_id, seq, month, emoji_key, emoji, users, first_seq) SELECT {room}, {target}, " +
                $"{month}, {key}, {emoji}, 1, {reaction.Seq} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {db}.message_reactions WHERE " +
                $"room_id = {room} AND seq = {target} AND month = {month} AND user_id = {user} AND emoji_key = {key}) ON DUPLICATE " +
                $"KEY UPDATE users = message_emoji.users + 1");
            batch.Then.Add(
                $"INSERT INTO {db}.message_reactions (room_id, seq, month, user_id, emoji_key) VALUES ({room}, {target}, {month}, " +
                $"{user}, {key}) ON DUPLICATE KEY UPDATE user_id = VALUES(user_id)");
        }
        else
        {
            batch.Then.Add(
                $"UPDATE {db}.message_emoji SET users = users - 1 WHERE room_id = {room} AND seq = {target} AND month = {month} AND " +
                $"emoji_key = {key} AND EXISTS (SELECT 1 FROM {db}.message_reactions WHERE room_id = {room} AND seq = {target} AND " +
                $"month = {month} AND user_id = {user} AND emoji_key = {key})");
            batch.Then.Add(
                $"DELETE FROM {db}.message_emoji WHERE room_id = {room} AND seq = {target} AND month = {month} AND emoji_key = " +
                $"{key} AND users = 0");
            batch.Then.Add(
                $"DELETE FROM {db}.message_reactions WHERE room_id = {room} AND seq = {target} AND month = {month} AND user_id = " +
                $"{user} AND emoji_key = {key}");
        }
    }

    /// <summary>Counts the different emoji that are set now; there are few.</summary>
    public static void CountEmoji(CommitBatch batch, RoomId room, long target, int month)
    {
        var db = batch.Messages;
        batch.Then.Add(
            $"UPDATE {db}.messages SET emoji_count = (SELECT COUNT(*) FROM {db}.message_emoji e WHERE e.room_id = {room} AND e.seq " +
            $"= {target} AND e.month = {month}) WHERE room_id = {room} AND seq = {target} AND month = {month}");
    }
}
