using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// The read side of rooms. Each read is one snapshot, so the facts and the value are of one moment: a first round trip for the facts, a second for
/// what was asked for, in the months that the first one named, and a third for reactions when there are any.
/// </summary>
internal sealed class MySqlRoomReader(MySqlStore store) : IRoomReader
{
    public Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
        RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default)
    {
        if (query.Thread is { } thread)
        {
            return ReadAsync(
                room,
                reader,
                (batch, shard) => AddThread(batch, shard, room, thread, query),
                ReadPlaces,
                (link, shard, facts, places) => Thread(link, shard, room, reader, thread, query, facts, places),
                cancellationToken);
        }

        return ReadAsync(room, reader, (link, shard, facts) => Page(link, shard, room, reader, query, facts.Months), cancellationToken);
    }

    public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
        ReadAsync(
            room,
            reader,
            (link, shard, facts) => facts.Months.Find(seq) is { } month
                ? These(link, shard, room, reader, [(seq, month.Month)]).Select(m => m.Message).FirstOrDefault()
                : null,
            cancellationToken);

    public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (link, shard, facts) => EventRows.Read(link, shard, facts.Head, facts.Months, after, limit), cancellationToken);

    public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
        ReadAsync(
            room,
            reader,
            (batch, shard) => batch.Add(
                $"SELECT seq, month FROM {shard.Messages}.message_pins WHERE room_id = {room} ORDER BY pinned_seq DESC"),
            ReadPlaces,
            (link, shard, _, places) =>
            {
                var found = These(link, shard, room, reader, places).ToDictionary(m => m.Message.Seq, m => m.Message);
                return (IReadOnlyList<Message>)[.. places.Where(p => found.ContainsKey(p.Seq)).Select(p => found[p.Seq])];
            },
            cancellationToken);

    public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
        RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
        ReadAsync(
            room,
            reader,
            (batch, shard) => batch.Add(
                $"SELECT {RoomRows.MemberColumns}, m.read_seq FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} AND " +
                $"m.user_id > {after} AND m.banned = 0 ORDER BY m.user_id LIMIT {limit}"),
            rows =>
            {
                var members = new List<MemberRow>();
                while (rows.Step())
                {
                    members.Add(new MemberRow(RoomRows.Member(rows, 0), rows.Long(RoomRows.MemberColumnCount)));
                }

                return members;
            },
            (_, _, _, members) => (IReadOnlyList<MemberRow>)members,
            cancellationToken);

    public Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
        RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (link, shard, _) => OwnReactions.Read(link, shard, room, reader, messages), cancellationToken);

    private static IReadOnlyList<Message> Page(Link link, RoomShard shard, RoomId room, UserId reader, MessageQuery query, RoomMonths months)
    {
        var batch = new SqlBatch();
        if (query.Around is { } around)
        {
            var lower = query.Limit / 2;
            MessageRows.AddBefore(batch, shard, room, months, around, lower);
            MessageRows.AddAfter(batch, shard, room, months, around - 1, query.Limit - lower);
            return Read(rows =>
            {
                var messages = MessageRows.Read(rows);
                messages.Reverse();
                rows.Next();
                messages.AddRange(MessageRows.Read(rows));
                return messages;
            });
        }

        if (query.After is { } after)
        {
            MessageRows.AddAfter(batch, shard, room, months, after, query.Limit);
        }
        else
        {
            MessageRows.AddBefore(batch, shard, room, months, query.Before ?? long.MaxValue, query.Limit);
        }

        return Read(MessageRows.Read);

        IReadOnlyList<Message> Read(Func<Rows, List<StoredMessage>> read) =>
            [.. MessageRows.WithReactions(link, shard, reader, link.Query(batch, read)).Select(m => m.Message)];
    }

    /// <summary>Asks for the places of a thread's messages but its first one, on both sides of the query's seq.</summary>
    private static void AddThread(SqlBatch batch, RoomShard shard, RoomId room, long thread, MessageQuery query)
    {
        var (before, lower, after, upper) = Sides(query);
        batch.Add(
            $"(SELECT seq, month FROM {shard.Messages}.message_threads WHERE room_id = {room} AND thread = {thread} AND seq < " +
            $"{before} ORDER BY seq DESC LIMIT {lower}) UNION ALL (SELECT seq, month FROM {shard.Messages}.message_threads WHERE " +
            $"room_id = {room} AND thread = {thread} AND seq > {after} ORDER BY seq LIMIT {upper})");
    }

    /// <summary>A thread is the message that it hangs on and those that name it.</summary>
    private static IReadOnlyList<Message> Thread(
        Link link, RoomShard shard, RoomId room, UserId reader, long thread, MessageQuery query, Facts facts, List<(long Seq, long Month)> places)
    {
        if (facts.Months.Find(thread) is { } root && places.TrueForAll(p => p.Seq != thread))
        {
            places.Add((thread, root.Month));
        }

        var found = These(link, shard, room, reader, places).Select(m => m.Message).OrderBy(m => m.Seq).ToList();
        var (before, lower, after, upper) = Sides(query);
        var (below, above) = (found.Where(m => m.Seq < before).TakeLast(lower), found.Where(m => m.Seq > after).Take(upper));
        return query.Around is null && lower > 0 ? [.. below.Reverse()] : [.. below, .. above];
    }

    // So many messages below the one seq, and so many above the other.
    private static (long Before, int Lower, long After, int Upper) Sides(MessageQuery query) =>
        query switch
        {
            { Around: { } around } => (around, query.Limit / 2, around - 1, query.Limit - (query.Limit / 2)),
            { After: null, Before: { } before } => (before, query.Limit, long.MaxValue, 0),
            _ => (0, 0, query.After ?? 0, query.Limit),
        };

    private static IReadOnlyList<StoredMessage> These(
        Link link, RoomShard shard, RoomId room, UserId reader, List<(long Seq, long Month)> places)
    {
        if (places.Count == 0)
        {
            return [];
        }

        var batch = new SqlBatch();
        MessageRows.AddThese(batch, shard, [.. places.Select(p => (room, p.Seq, p.Month))]);
        return MessageRows.WithReactions(link, shard, reader, link.Query(batch, MessageRows.Read));
    }

    private static List<(long Seq, long Month)> ReadPlaces(Rows rows)
    {
        var places = new List<(long, long)>();
        while (rows.Step())
        {
            places.Add((rows.Long(0), rows.Long(1)));
        }

        return places;
    }

    private Task<RoomRead<T>?> ReadAsync<T>(
        RoomId room, UserId reader, Func<Link, RoomShard, Facts, T> read, CancellationToken cancellationToken) =>
        ReadAsync(room, reader, (_, _) => { }, _ => false, (link, shard, facts, _) => read(link, shard, facts), cancellationToken);

    /// <summary>A read whose first round trip brings something of its own beside the facts.</summary>
    private Task<RoomRead<T>?> ReadAsync<TFirst, T>(
        RoomId room, UserId reader, Action<SqlBatch, RoomShard> add, Func<Rows, TFirst> readFirst, Func<Link, RoomShard, Facts, TFirst, T> read,
        CancellationToken cancellationToken)
    {
        var shard = store.Map.Of(room);
        return shard.Server.ReadAsync(
            link =>
            {
                var batch = RoomRows.BeginSnapshot().AddHead(shard, room).AddMember(shard, room, reader);
                RoomMonths.AddTo(batch, shard, room);
                var size = batch.Size;
                add(batch, shard);
                var brings = batch.Size > size;
                var (facts, first) = link.Begin(batch, rows =>
                {
                    if (RoomRows.FindHead(rows) is not { } head)
                    {
                        return default;
                    }

                    rows.Next();
                    var member = RoomRows.FindMember(rows);
                    rows.Next();
                    var found = new Facts(head, member, RoomMonths.Read(rows, head));
                    if (brings)
                    {
                        rows.Next();
                    }

                    return (found, readFirst(rows));
                });
                return facts is null ? null : new RoomRead<T>(facts.Head, facts.Reader, read(link, shard, facts, first));
            },
            cancellationToken);
    }

    private sealed record Facts(RoomHead Head, MemberState? Reader, RoomMonths Months);
}
