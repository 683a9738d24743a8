using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Reads the log: the messages as they were sent, and all other events, merged by seq.</summary>
internal static class EventRows
{
    private const string EventsSql =
        "SELECT seq, kind, at, by_user, target, is_on, user_id, change, role, muted_until, archived, mentions_room, mentions, " +
        "text, emoji, name, topic " +
        "FROM message_events WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq";

    private const string MessagesSql =
        "SELECT seq, id, at, by_user, reply_to, thread, deleted, client_id, attachments, " +
        "CASE WHEN original_text IS NULL THEN mentions_room ELSE original_mentions_room END, " +
        "CASE WHEN original_text IS NULL THEN mentions ELSE original_mentions END, coalesce(original_text, text) " +
        "FROM messages WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq";

    /// <summary>Events after that seq; there are no gaps, so their seqs are known before they are read.</summary>
    public static IReadOnlyList<RoomEvent> Read(SqliteHandle handle, RoomHead head, long after, int limit)
    {
        var last = Math.Min(head.LastSeq, after > long.MaxValue - limit ? long.MaxValue : after + limit);
        if (after >= last)
        {
            return [];
        }

        var log = new List<RoomEvent>((int)(last - after));
        var messages = handle.Prepare(MessagesSql).Bind(head.Id).Bind(after).Bind(last);
        var events = handle.Prepare(EventsSql).Bind(head.Id).Bind(after).Bind(last);
        var (message, other) = (Message(messages), Event(events));
        while (message is not null || other is not null)
        {
            if (other is null || (message is not null && message.Seq < other.Seq))
            {
                log.Add(message!);
                message = Message(messages);
            }
            else
            {
                log.Add(other);
                other = Event(events);
            }
        }

        return log;
    }

    private static RoomEvent? Message(Statement rows)
    {
        if (!rows.Step())
        {
            return null;
        }

        var (seq, at, by) = (rows.Long(0), rows.Time(2), new UserId(rows.Long(3)));
        return new RoomEvent
        {
            Seq = seq,
            Kind = EventKind.Message,
            At = at,
            By = by,
            Message = new Message
            {
                Seq = seq,
                Id = new MessageId(rows.Long(1)),
                At = at,
                By = by,
                ReplyTo = rows.LongOrNull(4),
                Thread = rows.LongOrNull(5),
                Deleted = rows.Bool(6),
                ClientId = rows.Text(7),
                Attachments = StoredJson.Attachments(rows, 8),
                MentionsRoom = rows.Bool(9),
                Mentions = StoredJson.Users(rows, 10),
                Text = rows.Text(11),
            },
        };
    }

    private static RoomEvent? Event(Statement rows)
    {
        if (!rows.Step())
        {
            return null;
        }

        var kind = (EventKind)rows.Int(1);
        return new RoomEvent
        {
            Seq = rows.Long(0),
            Kind = kind,
            At = rows.Time(2),
            By = new UserId(rows.Long(3)),
            Target = rows.LongOrNull(4),
            On = rows.BoolOrNull(5),
            UserId = rows.LongOrNull(6) is { } user ? new UserId(user) : null,
            Change = rows.LongOrNull(7) is { } change ? (MemberChange)change : null,
            Role = rows.LongOrNull(8) is { } role ? (MemberRole)role : null,
            MutedUntil = rows.TimeOrNull(9),
            Archived = rows.BoolOrNull(10),
            MentionsRoom = rows.BoolOrNull(11),
            Mentions = kind is EventKind.Edit ? StoredJson.Users(rows, 12) : null,
            Text = rows.TextOrNull(13),
            Emoji = rows.TextOrNull(14),
            Name = rows.TextOrNull(15),
            Topic = rows.TextOrNull(16),
        };
    }
}
