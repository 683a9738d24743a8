using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Finds rooms.</summary>
internal sealed class SqliteRoomDirectory(SqliteDatabase database) : IRoomDirectory
{
    private const string RoomsSql =
        $"SELECT {RoomRows.HeadColumns}, {RoomRows.MemberColumns}, {RoomRows.MarkColumns} FROM room_members m JOIN rooms r ON " +
        $"r.id = m.room_id " +
        "WHERE m.user_id = ? AND m.banned = 0 AND m.room_id > ? ORDER BY m.room_id LIMIT ?";

    private const string MembershipsSql =
        "SELECT r.id, r.last_seq, r.member_count FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = ? AND " +
        "m.banned = 0 " +
        "ORDER BY m.room_id";

    private const string MembershipSql =
        "SELECT r.last_seq, r.member_count, EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.user_id = ?2 AND " +
        "m.banned = 0) " +
        "FROM rooms r WHERE r.id = ?1";

    private const string PositionSql = "SELECT last_seq FROM rooms WHERE id = ?";

    private const string CountSql = "SELECT count(*) FROM room_members WHERE user_id = ? AND banned = 0";

    private const string DiscoverSql =
        $"SELECT {RoomRows.HeadColumns} FROM room_names n JOIN rooms r ON r.id = n.room_id WHERE n.room_id > ?1 AND instr(n.name, " +
        $"?2) > 0 " +
        "AND NOT EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = n.room_id AND m.user_id = ?3 AND m.banned = 1) ORDER BY " +
        "n.room_id LIMIT ?4";

    private const string AllPublicSql =
        $"SELECT {RoomRows.HeadColumns} FROM room_names n JOIN rooms r ON r.id = n.room_id WHERE n.room_id > ?1 " +
        "AND NOT EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = n.room_id AND m.user_id = ?2 AND m.banned = 1) ORDER BY " +
        "n.room_id LIMIT ?3";

    private const string DirectSql = "SELECT id FROM rooms WHERE direct_key = ?";

    public Task<IReadOnlyList<MemberRoom>> ListRoomsAsync(
        UserId user, RoomId after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<MemberRoom>>(
            handle =>
            {
                var rooms = new List<MemberRoom>();
                var rows = handle.Prepare(RoomsSql).Bind(user).Bind(after).Bind(limit);
                while (rows.Step())
                {
                    var head = RoomRows.Head(rows);
                    rooms.Add(new MemberRoom
                    {
                        Head = head,
                        Member = RoomRows.Member(rows, RoomRows.HeadColumnCount),
                        Read = RoomRows.Mark(rows, RoomRows.HeadColumnCount + RoomRows.MemberColumnCount, head),
                        LastMessage = head.LastMessageSeq == 0 ? null : MessageRows.Find(handle, head.Id, user, head.LastMessageSeq),
                    });
                }

                return rooms;
            },
            cancellationToken);

    public Task<IReadOnlyList<Membership>> ListMembershipsAsync(UserId user, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Membership>>(
            handle =>
            {
                var memberships = new List<Membership>();
                var rows = handle.Prepare(MembershipsSql).Bind(user);
                while (rows.Step())
                {
                    memberships.Add(new Membership(new RoomId(rows.Long(0)), rows.Long(1), rows.Int(2), IsMember: true));
                }

                return memberships;
            },
            cancellationToken);

    public Task<Membership?> FindMembershipAsync(RoomId room, UserId user, CancellationToken cancellationToken = default) =>
        database.ReadAsync<Membership?>(
            handle =>
            {
                var row = handle.Prepare(MembershipSql).Bind(room).Bind(user);
                if (!row.Step())
                {
                    return null;
                }

                var membership = new Membership(room, row.Long(0), row.Int(1), row.Bool(2));
                row.Reset();
                return membership;
            },
            cancellationToken);

    public Task<IReadOnlyList<RoomPosition>> ReadPositionsAsync(
        IReadOnlyCollection<RoomId> rooms, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RoomPosition>>(
            handle =>
            {
                var found = new List<RoomPosition>(rooms.Count);
                foreach (var room in rooms)
                {
                    if (handle.Prepare(PositionSql).Bind(room).ExecuteLong() is { } lastSeq)
                    {
                        found.Add(new RoomPosition(room, lastSeq));
                    }
                }

                return found;
            },
            cancellationToken);

    public Task<int> CountRoomsAsync(UserId user, CancellationToken cancellationToken = default) =>
        database.ReadAsync(handle => (int)(handle.Prepare(CountSql).Bind(user).ExecuteLong() ?? 0), cancellationToken);

    public Task<IReadOnlyList<RoomHead>> DiscoverAsync(
        string query, UserId reader, RoomId after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RoomHead>>(
            handle =>
            {
                // Contains the query, so also starts with it. A scan over the public rooms' names alone, a page at a time.
                var rows = query.Length == 0
                    ? handle.Prepare(AllPublicSql).Bind(after)
                    : handle.Prepare(DiscoverSql).Bind(after).Bind(query.ToLowerInvariant());
                rows.Bind(reader).Bind(limit);
                var heads = new List<RoomHead>();
                while (rows.Step())
                {
                    heads.Add(RoomRows.Head(rows));
                }

                return heads;
            },
            cancellationToken);

    public Task<RoomId?> FindDirectAsync(string directKey, CancellationToken cancellationToken = default) =>
        database.ReadAsync<RoomId?>(
            handle => handle.Prepare(DirectSql).Bind(directKey).ExecuteLong() is { } id ? new RoomId(id) : null, cancellationToken);
}
