using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.Sqlite;
using Chat.Testing;

namespace Chat.Storage.Tests;

/// <summary>No statement's cost may grow with the size of a table: every one of them finds its rows by an index.</summary>
public sealed class QueryPlanTests
{
    // A search for a part of a name has to look at the names; node leases are 1,024 rows, found in the order of their index; the
    // outbox is read, and counted from its end, in the order of its key.
    private static readonly string[] MayScan =
    [
        "SCAN TABLE outbox", "SCAN TABLE room_names", "SCAN TABLE node_leases USING INDEX node_leases_by_end", "SCAN SUBQUERY", "SCAN CONSTANT ROW",
    ];

    [Fact]
    public async Task Every_statement_finds_its_rows_by_an_index()
    {
        await using var file = new SqliteFile();
        var database = file.Open(options => options.Readers = 1);
        await UseEverythingAsync(SqliteFile.Ports(database));

        var statements = (await database.ReadAsync(handle => handle.Prepared.ToList(), CancellationToken.None))
            .Concat(await database.WriteAsync(handle => handle.Prepared.ToList(), CancellationToken.None))
            .Where(sql => sql.Contains(' ', StringComparison.Ordinal) && !sql.StartsWith("BEGIN", StringComparison.Ordinal))
            .Where(sql => sql.Split(' ')[0] is "SELECT" or "UPDATE" or "DELETE" or "INSERT").Distinct().ToList();
        statements.Count.ShouldBeGreaterThan(50);
        var scans = new List<string>();
        foreach (var sql in statements)
        {
            var plan = await PlanAsync(database, sql);
            scans.AddRange(plan.Where(step => step.StartsWith("SCAN", StringComparison.Ordinal) && !MayScan.Any(m => step.StartsWith(m, StringComparison.Ordinal)))
                .Select(step => $"{step} in {sql}"));
        }

        scans.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_of_history_is_read_in_the_order_of_its_index()
    {
        await using var file = new SqliteFile();
        var database = file.Open(options => options.Readers = 1);
        await UseEverythingAsync(SqliteFile.Ports(database));

        var pages = (await database.ReadAsync(handle => handle.Prepared.ToList(), CancellationToken.None))
            .Where(sql => sql.Contains("FROM messages", StringComparison.Ordinal)).ToList();
        pages.Count.ShouldBeGreaterThan(4);
        foreach (var sql in pages)
        {
            (await PlanAsync(database, sql)).ShouldNotContain(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal), sql);
        }
    }

    private static Task<List<string>> PlanAsync(SqliteDatabase database, string sql) =>
        database.WriteAsync(
            handle =>
            {
                var plan = new List<string>();
                var rows = handle.Prepare("EXPLAIN QUERY PLAN " + sql);
                while (rows.Step())
                {
                    plan.Add(rows.Text(3));
                }

                return plan;
            },
            CancellationToken.None);

    private static async Task UseEverythingAsync(StorePorts store)
    {
        var (room, owner, ann, now) = (new RoomId(1), new UserId(2), new UserId(3), DateTimeOffset.UnixEpoch.AddYears(56));
        await store.Rooms.CommitAsync([RoomCommits.New(room, owner, now, RoomKind.Direct, null, "2-3").Build()]);
        await store.Rooms.CommitAsync([RoomCommits.New(new RoomId(9), owner, now, RoomKind.Direct, null, "2-3").Build()]);
        var snapshot = (await store.Rooms.LoadAsync(room))!;
        await store.Rooms.CommitAsync(
        [
            new RoomCommits(snapshot, now).Join(ann).Say(owner, "1", mentions: [ann]).Say(owner, "2", mentionsRoom: true).Edit(owner, 4, "3")
                .React(ann, 4, "👍").React(ann, 4, "👍", on: false).Pin(owner, 4).Pin(owner, 4, on: false).Delete(owner, 4)
                .Member(MemberChange.Role, ann, owner).Member(MemberChange.Muted, ann, owner).Member(MemberChange.Banned, new UserId(4), owner)
                .Member(MemberChange.Left, new UserId(5), owner).React(ann, 5, "👍").Describe(owner, "name").Build(),
        ]);
        await store.Rooms.CommitAsync([RoomCommits.New(new RoomId(10), owner, now).Say(owner, "x", "k").Build()]);
        await store.Rooms.CommitAsync([new RoomCommits((await store.Rooms.LoadAsync(new RoomId(10)))!, now).Say(owner, "x", "k").Build()]);
        await store.Rooms.FindClientIdAsync(room, owner, "c4");
        await store.Rooms.MarkReadAsync(room, ann, 4);
        await store.Rooms.DropClientIdsAsync(now, 1);
        foreach (var query in new MessageQuery[] { new() { Limit = 5 }, new() { After = 1, Limit = 5 }, new() { Around = 4, Limit = 5 } })
        {
            await store.Reader.ReadMessagesAsync(room, ann, query);
            await store.Reader.ReadMessagesAsync(room, ann, query with { Thread = 4 });
        }

        await store.Reader.ReadMessagesAsync(room, ann, new MessageQuery { Thread = 4, Before = 9, Limit = 5 });
        await store.Reader.ReadMessageAsync(room, ann, 5);
        await store.Reader.ReadEventsAsync(room, ann, 0, 10);
        await store.Reader.ReadPinsAsync(room, ann);
        await store.Reader.ReadMembersAsync(room, ann, new UserId(0), 10);
        await store.Directory.ListRoomsAsync(ann, new RoomId(0), 10);
        await store.Directory.ListMembershipsAsync(ann);
        await store.Directory.FindMembershipAsync(room, ann);
        await store.Directory.CountRoomsAsync(ann);
        await store.Directory.DiscoverAsync("x", ann, new RoomId(0), 10);
        await store.Directory.DiscoverAsync("", ann, new RoomId(0), 10);
        await store.Directory.FindDirectAsync("2-3");
        await store.Users.CreateAsync(new UserRecord { Id = ann, Username = "ann", DisplayName = "Ann", PasswordHash = "x", CreatedAt = now });
        await store.Users.GetAsync([ann]);
        await store.Users.FindByNameAsync(["ann"]);
        await store.Users.SearchAsync("a", "", 10);
        await store.Users.SearchAsync("", "", 10);
        await store.Users.UpdateProfileAsync(new Profile(ann, "ann", "Anna"));
        await store.Users.UpdatePasswordAsync(ann, "y");
        var session = new SessionRecord
        {
            Id = new SessionId(5), UserId = ann, Device = "x", RefreshHash = [1], CreatedAt = now, RefreshedAt = now, ExpiresAt = now.AddDays(1),
        };
        await store.Sessions.OpenAsync(session);
        await store.Sessions.FindAsync(session.Id, now);
        await store.Sessions.RotateAsync(session.Id, [1], [2], now, now.AddDays(1));
        await store.Sessions.ListAsync(ann, now);
        await store.Sessions.RevokeAsync(ann, session.Id);
        await store.Sessions.DropExpiredAsync(now, 10);
        await store.Outbox.ReadAsync(0, 10);
        await store.Outbox.TrimAsync(now.AddDays(1), 1, 10);
        await store.Outbox.DeleteAsync([2]);
        var lease = (await store.Leases.AcquireAsync(now, TimeSpan.FromMinutes(1)))!;
        await store.Leases.RenewAsync(lease, now, TimeSpan.FromMinutes(1));
        await store.Leases.ReleaseAsync(lease);
    }
}
