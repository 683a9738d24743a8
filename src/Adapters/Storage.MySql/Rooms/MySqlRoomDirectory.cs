using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// Finds rooms. A user's list, on the user's shard, names candidates; whether the user is a member is read from the rooms themselves, on
/// theirs. Nothing joins across shards.
/// </summary>
internal sealed class MySqlRoomDirectory(MySqlStore store) : IRoomDirectory
{
    public async Task<IReadOnlyList<MemberRoom>> ListRoomsAsync(
        UserId user, RoomId after, int limit, CancellationToken cancellationToken = default)
    {
        var listed = new List<MemberRoom>();
        while (listed.Count < limit)
        {
            var wanted = limit - listed.Count;
            var candidates = await CandidatesAsync(user, after, wanted, cancellationToken);
            var reads = candidates.GroupBy(store.Map.Of).Select(shard => shard.Key.Server.ReadAsync(
                link => List(link, shard.Key, user, [.. shard.Select(room => room.Value)]), cancellationToken));
            listed.AddRange((await Task.WhenAll(reads)).SelectMany(rooms => rooms).OrderBy(room => room.Head.Id));
            if (candidates.Count < wanted)
            {
                break;
            }

            after = candidates[^1];
        }

        return listed;
    }

    public async Task<IReadOnlyList<Membership>> ListMembershipsAsync(UserId user, CancellationToken cancellationToken = default)
    {
        var candidates = await CandidatesAsync(user, new RoomId(0), int.MaxValue, cancellationToken);
        var reads = StoreMap.ByServer(candidates, store.Map.Of).Select(server => server.Key.ReadAsync(
            link =>
            {
                var batch = RoomRows.BeginSnapshot();
                foreach (var shard in server)
                {
                    batch.Add(
                        $"SELECT r.id, r.last_seq, r.member_count FROM {shard.Key.Rooms}.room_members m JOIN " +
                        $"{shard.Key.Rooms}.rooms r ON r.id = m.room_id WHERE m.room_id IN ({Values(shard)}) AND m.user_id = {user} " +
                        $"AND m.banned = 0");
                }

                return link.Begin(batch, rows => ReadLists(rows, server.Count(), row => new Membership(new RoomId(row.Long(0)), row.Long(1), row.Int(2), IsMember: true)));
            },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(found => found).OrderBy(membership => membership.RoomId)];
    }

    public Task<Membership?> FindMembershipAsync(RoomId room, UserId user, CancellationToken cancellationToken = default)
    {
        var shard = store.Map.Of(room);
        return shard.Server.ReadAsync(
            link => link.Query(
                new SqlBatch().Add(
                    $"SELECT r.last_seq, r.member_count, EXISTS (SELECT 1 FROM {shard.Rooms}.room_members m WHERE m.room_id = r.id " +
                    $"AND m.user_id = {user} AND m.banned = 0) FROM {shard.Rooms}.rooms r WHERE r.id = {room}"),
                rows => rows.Step() ? new Membership(room, rows.Long(0), rows.Int(1), rows.Bool(2)) : (Membership?)null),
            cancellationToken);
    }

    public async Task<IReadOnlyList<RoomPosition>> ReadPositionsAsync(
        IReadOnlyCollection<RoomId> rooms, CancellationToken cancellationToken = default)
    {
        var reads = StoreMap.ByServer(rooms, store.Map.Of).Select(server => server.Key.ReadAsync(
            link =>
            {
                var batch = new SqlBatch();
                foreach (var shard in server)
                {
                    batch.Add($"SELECT id, last_seq FROM {shard.Key.Rooms}.rooms WHERE id IN ({Values(shard)})");
                }

                return link.Query(batch, list => ReadLists(list, server.Count(), row => new RoomPosition(new RoomId(row.Long(0)), row.Long(1))));
            },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(found => found)];
    }

    public async Task<IReadOnlyList<RoomListVersion>> ReadListVersionsAsync(
        IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default)
    {
        var reads = StoreMap.ByServer(users, store.Map.Of).Select(server => server.Key.ReadAsync(
            link =>
            {
                var batch = new SqlBatch();
                foreach (var shard in server)
                {
                    IReadOnlyCollection<long> ids = [.. shard.Select(user => user.Value)];
                    batch.Add($"SELECT user_id, version FROM {shard.Key.Users}.room_list_versions WHERE user_id IN ({ids})");
                }

                return link.Query(batch, list => ReadLists(list, server.Count(), row => new RoomListVersion(new UserId(row.Long(0)), row.Long(1))));
            },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(found => found)];
    }

    public async Task<int> CountRoomsAsync(UserId user, CancellationToken cancellationToken = default) =>
        (await ListMembershipsAsync(user, cancellationToken)).Count;

    public async Task<IReadOnlyList<RoomHead>> DiscoverAsync(
        string query, UserId reader, RoomId after, int limit, CancellationToken cancellationToken = default)
    {
        // Contains the query, so also starts with it. A scan over the public rooms' names alone, a page at a time.
        var folded = SearchWords.Fold(query);
        var reads = store.Map.RoomDatabases.Select(database => database.Server.ReadAsync(
            link =>
            {
                var db = database.Db;
                var batch = new SqlBatch().Add(
                    $"SELECT {RoomRows.HeadColumns} FROM {db}.room_names n JOIN {db}.rooms r ON r.id = n.room_id WHERE n.room_id > " +
                    $"{after} AND LOCATE({folded}, n.name) > 0 AND NOT EXISTS (SELECT 1 FROM {db}.room_members m WHERE m.room_id = " +
                    $"n.room_id AND m.user_id = {reader} AND m.banned = 1) ORDER BY n.room_id LIMIT {limit}");
                return link.Query(batch, rows => ReadLists(rows, 1, RoomRows.Head));
            },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(heads => heads).OrderBy(head => head.Id).Take(limit)];
    }

    public Task<RoomId?> FindDirectAsync(string directKey, CancellationToken cancellationToken = default)
    {
        var shard = store.Map.OfDirectKey(directKey);
        return shard.Server.ReadAsync(
            link => link.Query(
                new SqlBatch().Add($"SELECT room_id FROM {shard.Rooms}.direct_rooms WHERE direct_key = {directKey}"),
                rows => rows.Step() ? new RoomId(rows.Long(0)) : (RoomId?)null),
            cancellationToken);
    }

    private static List<long> Values(IEnumerable<RoomId> rooms) => [.. rooms.Select(room => room.Value)];

    private static List<T> ReadLists<T>(Rows rows, int lists, Func<Rows, T> read)
    {
        var found = new List<T>();
        for (var i = 0; i < lists; i++)
        {
            if (i > 0)
            {
                rows.Next();
            }

            while (rows.Step())
            {
                found.Add(read(rows));
            }
        }

        return found;
    }

    private static List<MemberRoom> List(Link link, RoomShard shard, UserId user, List<long> rooms)
    {
        var batch = RoomRows.BeginSnapshot().Add(
            $"SELECT {RoomRows.HeadColumns}, {RoomRows.MemberColumns}, {RoomRows.MarkColumns}, r.last_message_month FROM " +
            $"{shard.Rooms}.room_members m JOIN {shard.Rooms}.rooms r ON r.id = m.room_id WHERE m.room_id IN ({rooms}) AND " +
            $"m.user_id = {user} AND m.banned = 0");
        var found = link.Begin(batch, rows => ReadLists(rows, 1, row =>
        {
            var head = RoomRows.Head(row);
            var room = new MemberRoom
            {
                Head = head,
                Member = RoomRows.Member(row, RoomRows.HeadColumnCount),
                Read = RoomRows.Mark(row, RoomRows.HeadColumnCount + RoomRows.MemberColumnCount, head),
            };
            return (Room: room, LastMonth: row.Long(RoomRows.HeadColumnCount + RoomRows.MemberColumnCount + RoomRows.MarkColumnCount));
        }));
        var last = found.Where(f => f.LastMonth > 0).Select(f => (f.Room.Head.Id, f.Room.Head.LastMessageSeq, f.LastMonth)).ToList();
        if (last.Count == 0)
        {
            return [.. found.Select(f => f.Room)];
        }

        var second = new SqlBatch();
        MessageRows.AddThese(second, shard, last);
        var messages = MessageRows.WithReactions(link, shard, user, link.Query(second, MessageRows.Read)).ToDictionary(m => m.Room, m => m.Message);
        return [.. found.Select(f => f.Room with { LastMessage = messages.GetValueOrDefault(f.Room.Head.Id) })];
    }

    private Task<List<RoomId>> CandidatesAsync(UserId user, RoomId after, int limit, CancellationToken cancellationToken)
    {
        var (server, db) = store.Map.Of(user);
        return server.ReadAsync(
            link => link.Query(
                new SqlBatch().Add(
                    $"SELECT room_id FROM {db}.user_rooms WHERE user_id = {user} AND room_id > {after} AND is_member = 1 ORDER BY " +
                    $"room_id LIMIT {limit}"),
                rows => ReadLists(rows, 1, row => new RoomId(row.Long(0)))),
            cancellationToken);
    }
}
