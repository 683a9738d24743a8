using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Upkeep;
using Microsoft.Extensions.Options;

namespace Chat.Storage.MySql.Admin;

/// <summary>
/// An operator's look at the store: where everything is, how large it is, and whether what is stored twice agrees. It only reads, from snapshots,
/// so servers go on beside it and writers wait for nothing; it opens connections of its own. What it reports was so at one moment, also
/// while others write.
/// </summary>
/// <param name="options">The map.</param>
/// <param name="clock">The time.</param>
/// <exception cref="OptionsValidationException">The configuration is wrong.</exception>
public sealed class ShardsCheck(MySqlStorageOptions options, TimeProvider clock)
{
    private const int UsersAtOnce = 10_000;
    private const int DirectRoomsAtOnce = 2_000;
    private const int IdsAtOnce = 500;

    private readonly AdminMap _map = new(options);

    /// <summary>Reads where the shards are, and how large; with what is wrong with the partitions.</summary>
    /// <exception cref="StoreUnavailableException">A server does not answer, or refuses.</exception>
    /// <exception cref="Schema.MySqlSchemaException">A database has another schema than this build needs.</exception>
    public Task<(StoreReport Report, IReadOnlyList<Finding> Findings)> ReportAsync(CancellationToken cancellationToken = default) =>
        RunAsync(links => new ReportReader(_map, links, clock).Read(cancellationToken), cancellationToken);

    /// <summary>Checks all rooms and all users' lists.</summary>
    /// <param name="found">Called with each finding as it is made.</param>
    /// <param name="progress">Called now and then.</param>
    /// <param name="cancellationToken">Ends it at once; nothing needs to be tidied up.</param>
    /// <exception cref="StoreUnavailableException">A server does not answer, or refuses.</exception>
    public Task<CheckSummary> CheckAsync(Action<Finding> found, Action<CheckProgress> progress, CancellationToken cancellationToken = default) =>
        RunAsync(links => new Run(_map, links, KeptFrom(), found, progress, cancellationToken).All(), cancellationToken);

    /// <summary>
    /// Checks one room with its members' lists; null when there is no such room. That lists of others have the room is not looked for: it would
    /// take reading them all.
    /// </summary>
    /// <inheritdoc cref="CheckAsync(Action{Finding}, Action{CheckProgress}, CancellationToken)"/>
    public Task<CheckSummary?> CheckAsync(RoomId room, Action<Finding> found, CancellationToken cancellationToken = default) =>
        RunAsync(links => new Run(_map, links, KeptFrom(), found, _ => { }, cancellationToken).One(room), cancellationToken);

    private long KeptFrom() =>
        options.RetentionMonths == 0 ? 0 : PartitionKeeper.Add(RoomMonths.Of(clock.GetUtcNow()), -options.RetentionMonths);

    private async Task<T> RunAsync<T>(Func<AdminLinks, T> work, CancellationToken cancellationToken) =>
        await OwnThread.RunAsync("chat.admin check", () =>
        {
            using var links = new AdminLinks(clock);
            return work(links);
        }).WaitAsync(cancellationToken);

    /// <summary>One check, on one thread.</summary>
    private sealed class Run(
        AdminMap map, AdminLinks links, long keptFrom, Action<Finding> found, Action<CheckProgress> progress, CancellationToken stop)
    {
        private readonly UserLists _lists = new(map, links);
        private long _rooms;
        private long _messages;
        private long _users;
        private long _passedOver;
        private long _findings;
        private long _allRooms;

        public CheckSummary All()
        {
            var databases = map.RoomPlaces.DistinctBy(place => (place.Server, place.Rooms)).ToList();
            _allRooms = databases.Sum(place => Count(place.Server, place.ConnectionString, $"SELECT COUNT(*) FROM `{place.Rooms.Name}`.rooms"));
            foreach (var place in map.RoomPlaces)
            {
                Rooms(place, isFirstOfDatabase: databases.Contains(place));
            }

            databases.ForEach(DirectRooms);
            foreach (var place in map.UserPlaces)
            {
                UserPlaces(place);
                Lists(place);
            }

            return Summary();
        }

        public CheckSummary? One(RoomId room)
        {
            var place = map.Of(room);
            if (RoomPages.Find(links, place, room, keptFrom) is not { } facts)
            {
                return null;
            }

            Room(place, facts);
            MembersLists([facts]);
            return Summary();
        }

        private CheckSummary Summary() => new(_rooms, _messages, _users, _passedOver, _findings);

        private void Rooms(RoomPlace place, bool isFirstOfDatabase)
        {
            var after = 0L;
            while (true)
            {
                progress(new CheckProgress("rooms", _rooms, _allRooms));
                stop.ThrowIfCancellationRequested();
                var page = RoomPages.Next(links, place, after, room => map.Of(room) == place, keptFrom);
                if (page.Count == 0)
                {
                    return;
                }

                var here = page.ToLookup(facts => map.Of(facts.Id) == place);
                foreach (var facts in here[true])
                {
                    Room(place, facts);
                }

                MembersLists(here[true]);
                if (isFirstOfDatabase)
                {
                    Strangers(here[false].Select(facts => facts.Id).Where(room => (map.Of(room).Server, map.Of(room).Rooms) != (place.Server, place.Rooms)), place);
                }

                after = page[^1].Id.Value;
            }
        }

        private void Room(RoomPlace place, RoomFacts facts)
        {
            _rooms++;
            _messages += facts.MessageCount;

            // Once more by itself: what is reported is said of one moment, and that with all details.
            if (!RoomRules.Breaches(facts).Any() || RoomPages.Find(links, place, facts.Id, keptFrom) is not { } again)
            {
                return;
            }

            foreach (var (kind, text) in RoomRules.Breaches(again))
            {
                Report(kind, place, kind == FindingKinds.RoomLog ? text + Seqs(place, again) : text, again.Id);
            }
        }

        private string Seqs(RoomPlace place, RoomFacts facts)
        {
            var broken = Enumerable.Range(0, facts.Months.Count).Where(facts.IsLogBroken)
                .SelectMany(i => RoomPages.BrokenSeqs(links, place, facts.Id, facts.Months[i].Month)).Take(3)
                .Select(seqs => seqs.Twice ? $"seq {seqs.From} stands there twice"
                    : seqs.From == seqs.To ? $"seq {seqs.From} is missing"
                    : $"seqs {seqs.From} to {seqs.To} are missing")
                .ToList();
            return broken.Count == 0 ? "" : $"; {string.Join(", ", broken)}";
        }

        private void MembersLists(IEnumerable<RoomFacts> rooms)
        {
            var members = rooms.SelectMany(room => room.Members.Where(member => !member.Banned).Select(member => (member.User, room.Id)));
            foreach (var (user, room) in _lists.MissingOf(members))
            {
                var place = map.Of(user);
                Report(new Finding(
                    FindingKinds.UserListLacks, place.Server, place.Users.Name, "a member of the room, whose list of rooms lacks it", room, user));
            }
        }

        private void DirectRooms(RoomPlace place)
        {
            var after = "";
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var (last, wrong) = links.Use(place, link => link.Query(
                    new SqlBatch().Add(
                        $"""
                        SELECT d.direct_key, d.room_id, r.direct_key FROM {place.Rooms}.direct_rooms d LEFT JOIN {place.Rooms}.rooms r ON r.id = d.room_id
                        WHERE d.direct_key > {after} ORDER BY d.direct_key LIMIT {DirectRoomsAtOnce}
                        """),
                    ReadDirect));
                foreach (var (room, isThere) in wrong)
                {
                    Report(
                        FindingKinds.RoomDirect, place,
                        isThere ? "direct_rooms has it for a key that is not its own" : "direct_rooms has it, and there is no such room", room);
                }

                if (last is null)
                {
                    return;
                }

                after = last;
            }
        }

        private static (string? Last, List<(RoomId Room, bool IsThere)> Wrong) ReadDirect(Rows rows)
        {
            string? last = null;
            var wrong = new List<(RoomId, bool)>();
            while (rows.Step())
            {
                last = rows.Text(0);
                if (rows.TextOrNull(2) != last)
                {
                    wrong.Add((new RoomId(rows.Long(1)), !rows.IsNull(2)));
                }
            }

            return (last, wrong);
        }

        private void UserPlaces(UserPlace place)
        {
            var after = 0L;
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var ids = links.Use(place, link => link.Query<long>(
                    $"SELECT id FROM `{place.Users.Name}`.users WHERE id > @after ORDER BY id LIMIT {UsersAtOnce}", new { after }));
                Strangers(ids.Select(id => new UserId(id)).Where(user => map.Of(user) != place), place);
                if (ids.Count == 0)
                {
                    return;
                }

                after = ids[^1];
            }
        }

        private void Lists(UserPlace place)
        {
            (long, long)? after = (0, 0);
            while (after is { } from)
            {
                progress(new CheckProgress("lists of users", _users, 0));
                stop.ThrowIfCancellationRequested();
                (var wrong, var users, after) = _lists.WithoutReason(place, from);
                _users += users;
                foreach (var (user, room) in wrong)
                {
                    Report(new Finding(
                        FindingKinds.UserListHas, place.Server, place.Users.Name, "no member of the room, which is in the user's list of rooms", room, user));
                }
            }
        }

        /// <summary>Whoever moved a range left copies behind, which are passed over; a room that is nowhere else is lost to its members.</summary>
        private void Strangers(IEnumerable<RoomId> rooms, RoomPlace found)
        {
            foreach (var wanted in rooms.GroupBy(map.Of))
            {
                var there = Existing(wanted.Key.Server, wanted.Key.ConnectionString, $"`{wanted.Key.Rooms.Name}`.rooms", wanted.Select(room => room.Value));
                foreach (var room in wanted.Where(room => !there.Contains(room.Value)))
                {
                    Report(FindingKinds.RoomPlace, found, $"the map looks for it on {wanted.Key.Server} in {wanted.Key.Rooms.Name}, and it is not there", room);
                }
            }
        }

        private void Strangers(IEnumerable<UserId> users, UserPlace found)
        {
            foreach (var wanted in users.GroupBy(map.Of))
            {
                var there = Existing(wanted.Key.Server, wanted.Key.ConnectionString, $"`{wanted.Key.Users.Name}`.users", wanted.Select(user => user.Value));
                foreach (var user in wanted.Where(user => !there.Contains(user.Value)))
                {
                    Report(new Finding(
                        FindingKinds.UserPlace, found.Server, found.Users.Name,
                        $"the map looks for the user on {wanted.Key.Server} in {wanted.Key.Users.Name}, and they are not there", UserId: user));
                }
            }
        }

        private HashSet<long> Existing(string server, string connectionString, string table, IEnumerable<long> ids)
        {
            var existing = ids.Chunk(IdsAtOnce)
                .SelectMany(some => links.Use(server, connectionString, link => link.Query<long>($"SELECT id FROM {table} WHERE id IN @some", new { some })))
                .ToHashSet();
            _passedOver += existing.Count;
            return existing;
        }

        private long Count(string server, string connectionString, string sql) => links.Use(server, connectionString, link => link.Query<long>(sql)[0]);

        private void Report(string kind, RoomPlace place, string text, RoomId room) =>
            Report(new Finding(kind, place.Server, kind is FindingKinds.RoomLog or FindingKinds.RoomMessages ? place.Messages.Name : place.Rooms.Name, text, room));

        private void Report(Finding finding)
        {
            _findings++;
            found(finding);
        }
    }
}
