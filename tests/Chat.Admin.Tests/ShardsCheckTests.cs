using System.Globalization;
using Chat.Abstractions;
using Chat.Admin.Tests.Support;
using Chat.Contracts;
using Chat.Silo.Admin;
using Chat.Storage.MySql.Admin;

namespace Chat.Admin.Tests;

[Collection(SharedServers.Name)]
public sealed class ShardsCheckTests(AdminServers servers)
{
    private static readonly UserId Owner = new(7), Ann = new(8), Bob = new(9);

    private static int _rooms = 1000;

    [Fact]
    public async Task A_store_in_which_everything_was_done_agrees_and_is_described()
    {
        await using var store = servers.NewStore();
        var rooms = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => BusyRoomAsync(store)));
        await DirectRoomAsync(store, Ann, Bob);

        var checkedAll = (await RunAsync(store, "--json")).With(AdminExit.Done).Json;

        checkedAll.GetProperty("agrees").GetBoolean().ShouldBeTrue();
        checkedAll.GetProperty("checked").GetProperty("rooms").GetInt64().ShouldBe(9);
        checkedAll.GetProperty("checked").GetProperty("messages").GetInt64().ShouldBe(8 * 4);
        checkedAll.GetProperty("checked").GetProperty("users").GetInt64().ShouldBe(3);
        checkedAll.GetProperty("map").EnumerateArray().Select(entry => $"{entry.GetProperty("service").GetString()} {entry.GetProperty("from").GetInt32()}-{entry.GetProperty("to").GetInt32()}")
            .ShouldBe(["users 0-127", "users 128-255", "rooms 0-127", "rooms 128-255", "messages 0-127", "messages 128-255"]);
        checkedAll.GetProperty("databases").GetArrayLength().ShouldBe(6);
        checkedAll.GetProperty("databases").EnumerateArray().Sum(database => database.GetProperty("bytes").GetInt64()).ShouldBeGreaterThan(0);
        var tables = checkedAll.GetProperty("partitions").EnumerateArray().ToList();
        tables.Count.ShouldBe(8);
        tables.ShouldAllBe(table => table.GetProperty("monthsAhead").GetInt32() >= 3 && !table.GetProperty("rowsPastTheLast").GetBoolean());

        (await RunAsync(store, "--quick")).With(AdminExit.Done).Out.ShouldContain("No room was checked: all agrees.");
        (await RunAsync(store, "--room", rooms[0].ToString())).With(AdminExit.Done).Out.ShouldContain("Checked 1 rooms with 4 messages");
        (await RunAsync(store, "--room", "5")).With(AdminExit.NotFound).Error.ShouldBe("chat-admin: there is no room 5\n");
    }

    [Fact]
    public async Task Whatever_is_tampered_with_is_found_and_named()
    {
        await using var store = servers.NewStore();
        var expected = new List<string>();
        var sound = await BusyRoomAsync(store);
        foreach (var (sql, kinds) in new (string, string[])[]
        {
            ("UPDATE {rooms}.rooms SET message_count = message_count + 1 WHERE id = ROOM", [FindingKinds.RoomMessages]),
            ("DELETE FROM {messages}.messages WHERE room_id = ROOM AND seq = 4", [FindingKinds.RoomMessages, FindingKinds.RoomOrdinals, FindingKinds.RoomLog]),
            ("DELETE FROM {messages}.message_events WHERE room_id = ROOM AND kind = 4", [FindingKinds.RoomLog]),
            ("UPDATE {messages}.message_events SET seq = 4 WHERE room_id = ROOM AND kind = 4", [FindingKinds.RoomLog]),
            ("UPDATE {rooms}.rooms SET last_seq = last_seq + 1 WHERE id = ROOM", [FindingKinds.RoomLog]),
            ("UPDATE {rooms}.room_months SET messages_before = 1 WHERE room_id = ROOM", [FindingKinds.RoomMessages, FindingKinds.RoomOrdinals]),
            ("DELETE FROM {rooms}.room_months WHERE room_id = ROOM", [FindingKinds.RoomMonths]),
            ("UPDATE {messages}.messages SET ordinal = ordinal + 1 WHERE room_id = ROOM AND seq = 5", [FindingKinds.RoomOrdinals]),
            ("UPDATE {rooms}.rooms SET last_message_seq = 4 WHERE id = ROOM", [FindingKinds.RoomLastMessage]),
            ("UPDATE {rooms}.rooms SET room_mention_count = 0 WHERE id = ROOM", [FindingKinds.RoomMentions, FindingKinds.RoomReadMarks]),
            ("UPDATE {rooms}.rooms SET member_count = 1 WHERE id = ROOM", [FindingKinds.RoomMembers]),
            ("UPDATE {rooms}.rooms SET pin_count = 2 WHERE id = ROOM", [FindingKinds.RoomPins]),
            ("DELETE FROM {messages}.message_pins WHERE room_id = ROOM", [FindingKinds.RoomPins]),
            ("UPDATE {rooms}.room_members SET read_seq = 1000 WHERE room_id = ROOM AND user_id = 7", [FindingKinds.RoomReadMarks]),
            ("DELETE FROM {rooms}.room_names WHERE room_id = ROOM", [FindingKinds.RoomName]),
            ("DELETE FROM {rooms}.room_members WHERE room_id = ROOM AND user_id = 9", [FindingKinds.RoomMembers, FindingKinds.UserListHas]),
        })
        {
            var room = await BusyRoomAsync(store);
            await store.TamperAsync(store.Of(room), sql.Replace("ROOM", room.ToString(), StringComparison.Ordinal));
            expected.AddRange(kinds.Select(kind => $"{kind} {room}"));
        }

        foreach (var sql in new[] { "DELETE FROM {users}.user_rooms WHERE user_id = 9 AND room_id = ROOM", "UPDATE {users}.user_rooms SET is_member = 0 WHERE user_id = 9 AND room_id = ROOM" })
        {
            var room = await BusyRoomAsync(store);
            await store.TamperAsync(store.Of(Bob), sql.Replace("ROOM", room.ToString(), StringComparison.Ordinal));
            expected.Add($"{FindingKinds.UserListLacks} {room}");
        }

        await store.TamperAsync(store.Of(new UserId(77)), $"INSERT INTO {{users}}.user_rooms VALUES (77, {sound}, 2, 1), (77, 999, 2, 1), (77, 998, 2, 0)");
        expected.AddRange([$"{FindingKinds.UserListHas} {sound}", $"{FindingKinds.UserListHas} 999"]);

        var direct = await DirectRoomAsync(store, Ann, Bob);
        await store.TamperAsync(store.Of(direct), "UPDATE {rooms}.direct_rooms SET room_id = 997");
        expected.AddRange([$"{FindingKinds.RoomDirect} {direct}", $"{FindingKinds.RoomDirect} 997"]);

        // As a moved range leaves them behind.
        var elsewhere = store.Besides(store.Of(sound));
        await store.TamperAsync(
            elsewhere,
            $"INSERT INTO {{rooms}}.rooms VALUES ({sound}, 2, 1, 1, 0, 0, 1, 0, 0, 0, 0, NULL, NULL, 0, 7, NULL, 202611, 0)");
        var lost = NextRoom();
        await store.TamperAsync(
            store.Besides(store.Of(lost)),
            $"INSERT INTO {{rooms}}.rooms VALUES ({lost}, 2, 1, 1, 0, 0, 1, 0, 0, 0, 0, NULL, NULL, 0, 7, NULL, 202611, 0)");
        await store.TamperAsync(store.Besides(store.Of(Ann)), $"INSERT INTO {{users}}.users VALUES ({Ann}, 'ann', 'Ann', '', NULL, NULL, 0, 0, 0)");
        expected.AddRange([$"{FindingKinds.RoomPlace} {lost}", $"{FindingKinds.UserPlace} {Ann}"]);

        var ended = (await RunAsync(store, "--json")).With(AdminExit.Disagrees);
        ended.Json.GetProperty("agrees").GetBoolean().ShouldBeFalse();
        ended.Findings.ShouldBe(expected, ignoreOrder: true, ended.Out);
        ended.Json.GetProperty("checked").GetProperty("passedOver").GetInt64().ShouldBe(1);
        ended.Out.ShouldContain("seq 4 is missing");
        ended.Out.ShouldContain("seq 4 stands there twice");

        var one = (await RunAsync(store, "--room", sound.ToString())).With(AdminExit.Done);
        one.Out.ShouldContain("all agrees");
        var lines = (await RunAsync(store)).With(AdminExit.Disagrees).Out;
        lines.ShouldContain($"{expected.Count} findings.");
        lines.ShouldContain(FindingKinds.UserListLacks);
    }

    [Fact]
    public async Task Partitions_that_are_missing_or_stand_in_for_others_are_found()
    {
        await using var store = servers.NewStore();
        var room = await BusyRoomAsync(store);
        var place = store.Of(room);
        var last = TimeProvider.System.GetUtcNow().AddMonths(4);
        var beforeLast = TimeProvider.System.GetUtcNow().AddMonths(3);
        await store.TamperAsync(place, string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {{messages}}.message_emoji DROP PARTITION p{last:yyyyMM}, p{beforeLast:yyyyMM}"));
        await store.TamperAsync(place, "INSERT INTO {messages}.message_reactions (room_id, seq, month, user_id, emoji_key) VALUES (1, 1, 209912, 1, 'x')");

        var ended = (await RunAsync(store, "--quick", "--json")).With(AdminExit.Disagrees);

        ended.Findings.ShouldBe([FindingKinds.PartitionsAhead, FindingKinds.PartitionsLast], ignoreOrder: true, ended.Out);
        ended.Out.ShouldContain("message_emoji has partitions for 2 months ahead");
    }

    [Fact]
    public async Task Commits_at_the_same_time_are_no_disagreement()
    {
        await using var store = servers.NewStore();
        await BusyRoomAsync(store);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => WriteUntilAsync(store, stop.Token))).ToList();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                (await RunAsync(store, "--json")).With(AdminExit.Done);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        var commits = await Task.WhenAll(writers);
        commits.Sum().ShouldBeGreaterThan(10);
        (await RunAsync(store, "--json")).With(AdminExit.Done).Json.GetProperty("checked").GetProperty("rooms").GetInt64().ShouldBe(1 + (4 * 5));
    }

    private static Task<Ended> RunAsync(AdminStore store, params string[] arguments) =>
        AdminProgramRun.RunAsync(store.Settings, ["shards", "check", .. arguments]);

    private static async Task<int> WriteUntilAsync(AdminStore store, CancellationToken stop)
    {
        var heads = new List<RoomHead>();
        for (var i = 0; i < 5; i++)
        {
            heads.Add((await store.CommitAsync(RoomCommits.New(NextRoom(), Owner, Now()).Build())).Head);
        }

        var commits = 0;
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < heads.Count; i++)
            {
                var user = new UserId(10_000 + (commits % 7));
                var isMember = heads[i].MemberCount > 1;
                var members = isMember ? new[] { Member(Owner), Member(user) } : [Member(Owner)];
                var next = new RoomCommits(new RoomSnapshot(heads[i], members), Now()).Say(Owner, "x").Say(Owner, "y", mentionsRoom: true);
                heads[i] = (await store.CommitAsync((isMember ? next.Member(MemberChange.Left, user, user) : next.Join(user)).Build())).Head;
                await store.Rooms.MarkReadAsync(heads[i].Id, Owner, heads[i].LastSeq, CancellationToken.None);
            }

            // Each user joins and leaves all rooms before the next one does.
            commits += heads[0].MemberCount == 1 ? 1 : 0;
        }

        return commits;
    }

    private static MemberState Member(UserId user) => new() { UserId = user, Role = MemberRole.Member, JoinedSeq = 1 };

    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private static RoomId NextRoom() => new(Interlocked.Increment(ref _rooms));

    /// <summary>A room with every kind of event. Members are the owner (7), and 9; seqs 4 and 5 are messages.</summary>
    private static async Task<RoomId> BusyRoomAsync(AdminStore store)
    {
        var room = NextRoom();
        var first = await store.CommitAsync(RoomCommits.New(room, Owner, Now()).Join(Bob).Say(Owner, "one").Say(Bob, "two", mentions: [Owner]).Build());
        var members = new[] { Member(Owner), Member(Bob) };
        await store.CommitAsync(new RoomCommits(new RoomSnapshot(first.Head, members), Now())
            .Say(Owner, "three", mentionsRoom: true, thread: 4).React(Bob, 4, "👍").Pin(Owner, 5).Edit(Owner, 4, "ONE").Say(Bob, "four").Delete(Bob, 10)
            .Member(MemberChange.Joined, Ann, Owner).Member(MemberChange.Muted, Bob, Owner).Member(MemberChange.Banned, Ann, Owner).Build());
        await store.Rooms.MarkReadAsync(room, Owner, 6);
        return room;
    }

    private static async Task<RoomId> DirectRoomAsync(AdminStore store, UserId one, UserId other)
    {
        var key = Placement.DirectKey([one, other]);
        RoomId room;
        do
        {
            room = NextRoom();
        }
        while (LogicalShards.Of(room) != LogicalShards.OfKey(key));

        await store.CommitAsync(RoomCommits.New(room, one, Now(), RoomKind.Direct, name: null, directKey: key).Join(other).Build());
        return room;
    }
}
