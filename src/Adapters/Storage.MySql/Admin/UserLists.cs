using System.Globalization;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;

namespace Chat.Storage.MySql.Admin;

/// <summary>
/// Compares users' lists of rooms with the rooms' members. The two lie on different servers, so no snapshot holds both; what looks wrong is
/// proved before it is told (<see cref="Disagree"/>).
/// </summary>
internal sealed class UserLists(AdminMap map, AdminLinks links)
{
    // Below a thousand, where MariaDB stops looking a list up in the index.
    private const int MostPairs = 400;
    private const int MostRows = 5000;
    private const int MostProofs = 10;

    /// <summary>Those of these memberships that the users' lists do not have.</summary>
    public IEnumerable<(UserId User, RoomId Room)> MissingOf(IEnumerable<(UserId User, RoomId Room)> members)
    {
        foreach (var place in members.GroupBy(member => map.Of(member.User)))
        {
            foreach (var some in place.Chunk(MostPairs))
            {
                var listed = links.Use(place.Key, link => Pairs(
                    link, $"SELECT user_id, room_id FROM `{place.Key.Users.Name}`.user_rooms WHERE is_member = 1 AND", "user_id", "room_id", some));
                foreach (var pair in some.Where(pair => !listed.Contains(pair) && Disagree(pair.User, pair.Room, shouldBe: true)))
                {
                    yield return pair;
                }
            }
        }
    }

    /// <summary>
    /// Reads the lists of a database, some at a time. Answers those entries of which the room knows nothing, and where the next ones begin; null
    /// at the end.
    /// </summary>
    public (IReadOnlyList<(UserId User, RoomId Room)> Wrong, long Users, (long User, long Room)? Next) WithoutReason(UserPlace place, (long User, long Room) after)
    {
        var (last, some) = links.Use(place, link => link.Query(
            new SqlBatch().Add(
                $"""
                SELECT user_id, room_id, is_member FROM {place.Users}.user_rooms
                WHERE user_id > {after.User} OR (user_id = {after.User} AND room_id > {after.Room}) ORDER BY user_id, room_id LIMIT {MostRows}
                """),
            rows =>
            {
                (long, long)? last = null;
                var entries = new List<(UserId User, RoomId Room)>();
                while (rows.Step())
                {
                    last = (rows.Long(0), rows.Long(1));
                    if (rows.Bool(2))
                    {
                        entries.Add((new UserId(rows.Long(0)), new RoomId(rows.Long(1))));
                    }
                }

                return (last, entries);
            }));
        var wrong = new List<(UserId, RoomId)>();
        foreach (var rooms in some.GroupBy(entry => map.Of(entry.Room)))
        {
            foreach (var chunk in rooms.Chunk(MostPairs))
            {
                var members = links.Use(rooms.Key, link => Pairs(
                    link, $"SELECT user_id, room_id FROM `{rooms.Key.Rooms.Name}`.room_members WHERE banned = 0 AND", "user_id", "room_id", chunk));
                wrong.AddRange(chunk.Where(entry => !members.Contains(entry) && Disagree(entry.User, entry.Room, shouldBe: false)));
            }
        }

        return (wrong, some.Select(entry => entry.User).Distinct().LongCount(), last);
    }

    /// <summary>
    /// Proves that the room says <paramref name="shouldBe"/> and the user's list says otherwise. The list's entry is read, then the room and the
    /// changes that still wait, from one snapshot, then the entry again. An entry only ever moves on to a later event, so one that reads the same
    /// twice was that in between; and a change is deleted only when the list has it, so without one the entry had to agree.
    /// </summary>
    private bool Disagree(UserId user, RoomId room, bool shouldBe)
    {
        for (var i = 0; i < MostProofs; i++)
        {
            var before = Entry(user, room);
            var (isMember, waiting) = Room(user, room);
            if (before == Entry(user, room))
            {
                return !waiting && isMember == shouldBe && (before?.IsMember ?? false) != isMember;
            }
        }

        // It changes all the time, so something keeps it up to date.
        return false;
    }

    private (long Seq, bool IsMember)? Entry(UserId user, RoomId room)
    {
        var place = map.Of(user);
        return links.Use(place, link => link.Query<(long, bool)?>(
            new SqlBatch().Add($"SELECT seq, is_member FROM {place.Users}.user_rooms WHERE user_id = {user} AND room_id = {room}"),
            rows => rows.Step() ? (rows.Long(0), rows.Bool(1)) : null));
    }

    private (bool IsMember, bool Waiting) Room(UserId user, RoomId room)
    {
        var place = map.Of(room);
        return links.Use(place, link => link.Begin(
            RoomRows.BeginSnapshot()
                .Add($"SELECT 1 FROM {place.Rooms}.room_members WHERE room_id = {room} AND user_id = {user} AND banned = 0")
                .Add($"SELECT 1 FROM {place.Rooms}.room_list_changes WHERE room_id = {room} AND user_id = {user} LIMIT 1"),
            rows =>
            {
                var isMember = rows.Step();
                rows.Next();
                return (isMember, rows.Step());
            }));
    }

    private static HashSet<(UserId User, RoomId Room)> Pairs(
        Link link, string select, string user, string room, IEnumerable<(UserId User, RoomId Room)> pairs)
    {
        var list = string.Join(',', pairs.Select(pair => string.Create(CultureInfo.InvariantCulture, $"({pair.User.Value},{pair.Room.Value})")));
        return link.Query(
            new SqlBatch().Add(new Sql($"{select} ({user}, {room}) IN ({list})")),
            rows =>
            {
                var found = new HashSet<(UserId, RoomId)>();
                while (rows.Step())
                {
                    found.Add((new UserId(rows.Long(0)), new RoomId(rows.Long(1))));
                }

                return found;
            });
    }
}
