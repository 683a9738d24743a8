using Chat.Abstractions;
using Chat.Admin.Tests.Support;
using Chat.Contracts;
using Chat.Silo.Admin;
using Chat.Storage.MySql.Admin;

namespace Chat.Admin.Tests;

[Collection(SharedServers.Name)]
public sealed class LoadTests(AdminServers servers)
{
    // No test waits for so many: they end it in the middle.
    private const string Endless = "50000000";

    private static readonly UserId Nobody = new(1);

    [Fact]
    public async Task Loaded_rooms_agree_and_their_history_is_read_like_any_other()
    {
        await using var store = servers.NewStore();

        var loaded = (await AdminProgramRun.RunAsync(
            store.Settings, "load", "--rooms", "3", "--messages", "60001", "--users", "4", "--months", "3", "--text-bytes", "64", "--json")).With(AdminExit.Done);
        loaded.Error.ShouldContain("60,001 messages in ");
        var rooms = loaded.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToList();
        rooms.Select(room => room.GetProperty("messages").GetInt64()).Order().ShouldBe([20_000, 20_000, 20_001]);
        await AgreesAsync(store, rooms: 3, messages: 60_001);

        var id = new RoomId(long.Parse(rooms[0].GetProperty("roomId").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        var count = rooms[0].GetProperty("messages").GetInt64();
        var newest = (await store.Reader.ReadMessagesAsync(id, Nobody, new MessageQuery { Limit = 50 }))!;
        var last = newest.Head.LastSeq;
        newest.Head.MessageCount.ShouldBe(count);
        newest.Value.Select(message => message.Seq).ShouldBe(Enumerable.Range(0, 50).Select(i => last - i));
        newest.Value[0].Text.ShouldBe(MessageLoad.TextOf(count, 64));
        newest.Value[0].At.ShouldBeInRange(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(9), TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(8));
        newest.Value.Select(message => message.By).Distinct().Count().ShouldBe(4);

        var middle = last / 2;
        var around = (await store.Reader.ReadMessagesAsync(id, Nobody, new MessageQuery { Around = middle, Limit = 51 }))!.Value;
        around.Select(message => message.Seq).ShouldBe(Enumerable.Range(-25, 51).Select(i => middle + i));
        around[25].Text.ShouldBe(MessageLoad.TextOf(count - (last - middle), 64));

        var before = 0L;
        var seen = new List<RoomEvent>();
        while ((await store.Reader.ReadEventsAsync(id, Nobody, before, 200))!.Value is { Count: > 0 } page)
        {
            seen.AddRange(page);
            before = page[^1].Seq;
        }

        seen.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)last).Select(i => (long)i));
        seen.Zip(seen.Skip(1)).ShouldAllBe(pair => pair.First.At <= pair.Second.At);
        var messages = seen.Where(e => e.Kind is EventKind.Message).Select(e => e.Message!).ToList();
        messages.Count.ShouldBe((int)count);
        messages.Select(m => m.Id).Distinct().Count().ShouldBe((int)count);
        messages.ShouldAllBe(m => TimeOf(m.Id) == m.At);
        messages.Select(m => (m.At.Year * 12) + m.At.Month).Distinct().Count().ShouldBeInRange(3, 4);

        // All have sent, so all have read but for the others' last ones.
        var members = (await store.Reader.ReadMembersAsync(id, Nobody, new UserId(0), 10))!.Value;
        members.Select(m => last - m.ReadSeq).Order().ShouldBe([0, 1, 2, 3]);
        foreach (var member in members)
        {
            var mark = (await store.Rooms.MarkReadAsync(id, member.Member.UserId, 1))!;
            mark.Unread.ShouldBe(last - member.ReadSeq);
        }
    }

    [Fact]
    public async Task A_room_that_is_there_is_loaded_further_and_written_to_afterwards()
    {
        await using var store = servers.NewStore();
        var room = await LoadedRoomAsync(store, "--messages", "1000", "--users", "2");
        var before = (await store.Rooms.LoadAsync(room))!.Head;

        // The last message is as young as loaded ones may be: nothing fits after it.
        var full = (await AdminProgramRun.RunAsync(store.Settings, "load", "--room", room.ToString(), "--messages", "100000")).With(AdminExit.Refused);
        full.Error.ShouldContain($"chat-admin: room {room} cannot take");

        store.Settings["Chat:Limits:ClientIdRetention"] = "7.00:00:00";
        (await AdminProgramRun.RunAsync(store.Settings, "load", "--room", room.ToString(), "--messages", "25000")).With(AdminExit.Done);
        var after = (await store.Rooms.LoadAsync(room))!;
        after.Head.MessageCount.ShouldBe(before.MessageCount + 25_000);

        await store.CommitAsync(new RoomCommits(after, TimeProvider.System.GetUtcNow()).Say(after.Members[0].UserId, "and on").Build());
        await AgreesAsync(store, rooms: 1, messages: 26_001);
        (await AdminProgramRun.RunAsync(store.Settings, "load", "--room", room.ToString(), "--messages", "1")).With(AdminExit.Refused);
        (await AdminProgramRun.RunAsync(store.Settings, "load", "--room", "4", "--messages", "1")).With(AdminExit.NotFound);
        (await AdminProgramRun.RunAsync(store.Settings, "load", "--messages", "1", "--owner", "nobody")).With(AdminExit.NotFound);
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_leaves_rooms_whole()
    {
        await using var store = servers.NewStore();
        await using var load = AdminProgramRun.Start(store.Settings, "load", "--rooms", "4", "--messages", Endless);
        await load.SaidAsync("messages: ");

        load.Interrupt();

        var ended = (await load.EndAsync()).With(AdminExit.Interrupted);
        var written = ended.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));
        written.ShouldBeInRange(1, 49_000_000);
        await AgreesAsync(store, rooms: 4, messages: written);
    }

    [Fact]
    public async Task A_terminal_shows_how_far_it_is()
    {
        await using var store = servers.NewStore();

        var ended = (await AdminProgramRun.RunOnTerminalAsync(store.Settings, "load --messages 300000")).With(AdminExit.Done);
        ended.Out.ShouldContain("━");
        ended.Out.ShouldContain(" of 300,000 (");
        (await AdminProgramRun.RunOnTerminalAsync(store.Settings, "shards check")).With(AdminExit.Done).Out.ShouldContain("all agrees");
    }

    [Fact]
    public async Task A_room_that_others_write_to_is_let_alone()
    {
        await using var store = servers.NewStore();
        var room = await LoadedRoomAsync(store, "--messages", "1");
        store.Settings["Chat:Limits:ClientIdRetention"] = "7.00:00:00";
        await using var load = AdminProgramRun.Start(store.Settings, "load", "--room", room.ToString(), "--messages", Endless);
        await load.SaidAsync("messages: ");

        // The load may be faster than us: then we are the one who tries again.
        RoomSnapshot snapshot;
        do
        {
            snapshot = (await store.Rooms.LoadAsync(room))!;
        }
        while ((await store.Rooms.CommitAsync([new RoomCommits(snapshot, TimeProvider.System.GetUtcNow()).Say(snapshot.Members[0].UserId, "mine").Build()]))[0].Status
            is CommitStatus.Conflict);

        var ended = (await load.EndAsync()).With(AdminExit.Refused);
        ended.Error.ShouldContain($"chat-admin: others write to room {room}");
        var head = (await store.Rooms.LoadAsync(room))!.Head;
        head.LastSeq.ShouldBe(snapshot.Head.LastSeq + 1);
        await AgreesAsync(store, rooms: 1, messages: head.MessageCount);
    }

    private static async Task<RoomId> LoadedRoomAsync(AdminStore store, params string[] arguments)
    {
        var ended = (await AdminProgramRun.RunAsync(store.Settings, ["load", .. arguments])).With(AdminExit.Done);
        return new RoomId(long.Parse(ended.Out.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task AgreesAsync(AdminStore store, long rooms, long messages)
    {
        var check = (await AdminProgramRun.RunAsync(store.Settings, "shards", "check", "--json")).With(AdminExit.Done).Json.GetProperty("checked");
        check.GetProperty("rooms").GetInt64().ShouldBe(rooms);
        check.GetProperty("messages").GetInt64().ShouldBe(messages);
    }

    private static DateTimeOffset TimeOf(MessageId id) =>
        Workers.IdSource.Epoch.AddMilliseconds(id.Value >> (Workers.IdSource.CounterBits + Workers.IdSource.NodeBits));
}
