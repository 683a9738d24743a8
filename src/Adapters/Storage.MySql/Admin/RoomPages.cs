using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;

namespace Chat.Storage.MySql.Admin;

/// <summary>
/// Reads rooms for a check, many at a time, each page from one snapshot: it locks nothing, and a commit is seen wholly or not at all.
/// </summary>
internal static class RoomPages
{
    // A snapshot keeps the server from forgetting old versions of rows: it should last seconds. One room may be larger.
    private const int MostRooms = 500;
    private const long MostRows = 500_000;

    private static readonly Sql HeadColumns = new(
        "id, kind, last_seq, message_count, room_mention_count, member_count, pin_count, last_message_seq, archived, direct_key, last_month, last_message_month");

    /// <summary>
    /// The next rooms of a database above an id, by id. Those that the map looks for elsewhere come with their row alone.
    /// </summary>
    /// <param name="links">Connections.</param>
    /// <param name="place">The database.</param>
    /// <param name="after">Where to go on.</param>
    /// <param name="isHere">Whether the map looks for the room there.</param>
    /// <param name="keptFrom">The first month that retention keeps; 0 without one.</param>
    public static IReadOnlyList<RoomFacts> Next(AdminLinks links, RoomPlace place, long after, Predicate<RoomId> isHere, long keptFrom) =>
        links.Use(place, link => Read(
            link, place, isHere, keptFrom, batch => batch.Add($"SELECT {HeadColumns} FROM {place.Rooms}.rooms WHERE id > {after} ORDER BY id LIMIT {MostRooms}")));

    /// <summary>One room by itself; null when it is not there.</summary>
    public static RoomFacts? Find(AdminLinks links, RoomPlace place, RoomId room, long keptFrom) =>
        links.Use(place, link => Read(
            link, place, _ => true, keptFrom, batch => batch.Add($"SELECT {HeadColumns} FROM {place.Rooms}.rooms WHERE id = {room}")).SingleOrDefault());

    /// <summary>Stretches of seqs that are missing, or that stand there twice, in a month of a room; the first few.</summary>
    public static IReadOnlyList<(long From, long To, bool Twice)> BrokenSeqs(AdminLinks links, RoomPlace place, RoomId room, long month)
    {
        const int Most = 5;
        return links.Use(place, link => link.Query(
            new SqlBatch().Add(
                $"""
                SELECT seq, next_seq FROM (
                  SELECT seq, LEAD(seq) OVER (ORDER BY seq) AS next_seq FROM (
                    SELECT seq FROM {place.Messages}.messages WHERE room_id = {room} AND month = {month}
                    UNION ALL SELECT seq FROM {place.Messages}.message_events WHERE room_id = {room} AND month = {month}) events) pairs
                WHERE next_seq <> seq + 1 ORDER BY seq LIMIT {Most}
                """),
            rows =>
            {
                var broken = new List<(long, long, bool)>();
                while (rows.Step())
                {
                    var (seq, next) = (rows.Long(0), rows.Long(1));
                    broken.Add(next == seq ? (seq, seq, true) : (seq + 1, next - 1, false));
                }

                return broken;
            }));
    }

    private static List<RoomFacts> Read(
        Link link, RoomPlace place, Predicate<RoomId> isHere, long keptFrom, Action<SqlBatch> addHeads)
    {
        var begin = RoomRows.BeginSnapshot();
        addHeads(begin);
        var rooms = link.Begin(begin, Heads);
        var here = rooms.Where(room => isHere(room.Id)).ToDictionary(room => room.Id.Value);
        if (here.Count > 0)
        {
            link.Query(Details(place, [.. here.Keys]), rows =>
            {
                Fill(rows, here);
                return true;
            });
        }

        link.TryRollback();
        foreach (var room in here.Values)
        {
            room.LeaveOutForgotten(keptFrom);
        }

        return rooms;
    }

    private static List<RoomFacts> Heads(Rows rows)
    {
        var rooms = new List<RoomFacts>();
        var size = 0L;
        while (rows.Step())
        {
            var room = new RoomFacts
            {
                Id = new RoomId(rows.Long(0)),
                Kind = (RoomKind)rows.Int(1),
                LastSeq = rows.Long(2),
                MessageCount = rows.Long(3),
                RoomMentionCount = rows.Long(4),
                MemberCount = rows.Long(5),
                PinCount = rows.Long(6),
                LastMessageSeq = rows.Long(7),
                Archived = rows.Bool(8),
                DirectKey = rows.TextOrNull(9),
                LastMonth = rows.Long(10),
                LastMessageMonth = rows.Long(11),
            };
            size += Math.Max(0, room.LastSeq) + Math.Max(0, room.MemberCount);
            if (rooms.Count > 0 && size > MostRows)
            {
                break;
            }

            rooms.Add(room);
        }

        return rooms;
    }

    private static SqlBatch Details(RoomPlace place, IReadOnlyCollection<long> ids) =>
        new SqlBatch()
            .Add($"SELECT room_id, month, first_seq, messages_before, room_mentions_before FROM {place.Rooms}.room_months WHERE room_id IN ({ids}) ORDER BY room_id, month")
            .Add(
                $"""
                SELECT room_id, month, COUNT(*), MIN(seq), MAX(seq), CAST(SUM(seq) AS SIGNED), CAST(SUM(ordinal) AS SIGNED), CAST(SUM(pinned_seq IS NOT NULL) AS SIGNED)
                FROM {place.Messages}.messages WHERE room_id IN ({ids}) GROUP BY room_id, month
                """)
            .Add(
                $"""
                SELECT room_id, month, COUNT(*), MIN(seq), MAX(seq), CAST(SUM(seq) AS SIGNED), 0, 0
                FROM {place.Messages}.message_events WHERE room_id IN ({ids}) GROUP BY room_id, month
                """)
            .Add($"SELECT room_id, COUNT(*), MAX(ordinal) FROM {place.Messages}.message_mentions WHERE room_id IN ({ids}) AND user_id = 0 GROUP BY room_id")
            .Add($"SELECT room_id, COUNT(*) FROM {place.Messages}.message_pins WHERE room_id IN ({ids}) GROUP BY room_id")
            .Add(
                $"""
                SELECT m.room_id, m.user_id, m.banned,
                  m.banned = 0 AND (m.read_seq > r.last_seq OR m.read_messages > r.message_count
                    OR m.read_room_mentions > r.room_mention_count OR m.read_mentions > m.mention_count)
                FROM {place.Rooms}.room_members m JOIN {place.Rooms}.rooms r ON r.id = m.room_id WHERE m.room_id IN ({ids})
                """)
            .Add($"SELECT r.id, d.room_id FROM {place.Rooms}.rooms r JOIN {place.Rooms}.direct_rooms d ON d.direct_key = r.direct_key WHERE r.id IN ({ids})")
            .Add($"SELECT room_id FROM {place.Rooms}.room_names WHERE room_id IN ({ids})");

    private static void Fill(Rows rows, Dictionary<long, RoomFacts> rooms)
    {
        while (rows.Step())
        {
            rooms[rows.Long(0)].Months.Add(new MonthRow(rows.Long(1), rows.Long(2), rows.Long(3), rows.Long(4)));
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].Messages.Add(rows.Long(1), Sum(rows));
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].Events.Add(rows.Long(1), Sum(rows));
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].RoomMentions = (rows.Long(1), rows.Long(2));
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].Pins = rows.Long(1);
        }

        rows.Next();
        while (rows.Step())
        {
            var (room, user) = (rooms[rows.Long(0)], new UserId(rows.Long(1)));
            room.Members.Add((user, rows.Bool(2)));
            if (rows.Bool(3))
            {
                room.MarksPastTheEnd.Add(user);
            }
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].DirectRoom = rows.Long(1);
        }

        rows.Next();
        while (rows.Step())
        {
            rooms[rows.Long(0)].IsListed = true;
        }
    }

    private static MonthSum Sum(Rows rows) =>
        new(rows.Long(2), rows.Long(3), rows.Long(4), rows.Long(5), rows.Long(6), rows.Long(7));
}
