using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>Reads the log: the messages as they were sent, and all other events, merged by seq.</summary>
internal static class EventRows
{
    private static readonly Sql EventColumns = new(
        "seq, kind, at, by_user, target, is_on, user_id, `change`, role, muted_until, archived, mentions_room, mentions, text, emoji, name, topic");

    private static readonly Sql MessageColumns = new(
        "seq, id, at, by_user, reply_to, thread, deleted, client_id, attachments, " +
        "CASE WHEN original_text IS NULL THEN mentions_room ELSE original_mentions_room END, " +
        "CASE WHEN original_text IS NULL THEN mentions ELSE original_mentions END, COALESCE(original_text, text)");

    /// <summary>
    /// Events after that seq, or from the first that is kept. There are no gaps, so their seqs, and with them their months, are known before
    /// they are read.
    /// </summary>
    public static IReadOnlyList<RoomEvent> Read(Link link, RoomShard shard, RoomHead head, RoomMonths months, long after, int limit)
    {
        after = Math.Max(after, months.FirstSeq - 1);
        var last = Math.Min(head.LastSeq, after > long.MaxValue - limit ? long.MaxValue : after + limit);
        if (after >= last)
        {
            return [];
        }

        var room = head.Id;
        var within = months.Between(after + 1, last);
        var batch = new SqlBatch()
            .Add(
                $"SELECT {MessageColumns} FROM {shard.Messages}.messages WHERE room_id = {room} AND month IN ({within}) AND seq > " +
                $"{after} AND seq <= {last} ORDER BY seq")
            .Add(
                $"SELECT {EventColumns} FROM {shard.Messages}.message_events WHERE room_id = {room} AND month IN ({within}) AND seq " +
                $"> {after} AND seq <= {last} ORDER BY seq");
        return link.Query(batch, rows =>
        {
            var log = new List<RoomEvent>((int)(last - after));
            while (rows.Step())
            {
                log.Add(Message(rows));
            }

            rows.Next();
            while (rows.Step())
            {
                log.Add(Event(rows));
            }

            log.Sort(static (x, y) => x.Seq.CompareTo(y.Seq));
            return log;
        });
    }

    private static RoomEvent Message(Rows rows)
    {
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
                Attachments = StoredJson.Attachments(rows.TextOrNull(8)),
                MentionsRoom = rows.Bool(9),
                Mentions = StoredJson.Users(rows.TextOrNull(10)),
                Text = rows.Text(11),
            },
        };
    }

    private static RoomEvent Event(Rows rows)
    {
        var kind = (EventKind)rows.Int(1);
        return new RoomEvent
        {
            Seq = rows.Long(0),
            Kind = kind,
            At = rows.Time(2),
            By = new UserId(rows.Long(3)),
            Target = rows.LongOrNull(4),
            On = rows.BoolOrNull(5),
            UserId = rows.UserOrNull(6),
            Change = rows.LongOrNull(7) is { } change ? (MemberChange)change : null,
            Role = rows.LongOrNull(8) is { } role ? (MemberRole)role : null,
            MutedUntil = rows.TimeOrNull(9),
            Archived = rows.BoolOrNull(10),
            MentionsRoom = rows.BoolOrNull(11),
            Mentions = kind is EventKind.Edit ? StoredJson.Users(rows.TextOrNull(12)) : null,
            Text = rows.TextOrNull(13),
            Emoji = rows.TextOrNull(14),
            Name = rows.TextOrNull(15),
            Topic = rows.TextOrNull(16),
        };
    }
}
