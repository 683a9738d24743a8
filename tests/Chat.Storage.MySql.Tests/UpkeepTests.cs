using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Upkeep;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>Partitions made and dropped, and room lists completed.</summary>
[Collection(SharedServers.Name)]
public sealed class UpkeepTests(Servers servers) : IAsyncLifetime
{
    private static readonly string[] Tables = ["messages", "message_events", "message_reactions", "message_emoji"];
    private static readonly DateTimeOffset June = new(2031, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualTimeProvider _clock = new(June);
    private readonly ErrorLog _log = new();
    private MySqlStorageOptions _options = null!;
    private OpenedStore _store = null!;

    public Task InitializeAsync()
    {
        _options = servers.NewOptions();
        _store = OpenedStore.Open(_options, clock: _clock, logger: _log);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _log.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Months_are_made_ahead_at_the_start_and_once_only()
    {
        new PartitionKeeper(_store.Store).TryRun();

        foreach (var table in Tables)
        {
            (await PartitionsAsync(table)).ShouldBe(["p203106", "p203107", "p203108", "p203109", "p203110", "pmax"], table);
        }
    }

    [Fact]
    public async Task After_long_neglect_rows_beyond_the_last_month_get_their_months()
    {
        _clock.Advance(TimeSpan.FromDays(300));
        var room = await RoomOf.MakeAsync(_store.Ports, _clock.GetUtcNow());
        await room.SayAsync("in pmax", at: _clock.GetUtcNow());

        new PartitionKeeper(_store.Store).TryRun();

        (await PartitionsAsync("messages")).ShouldBe([.. Enumerable.Range(0, 15).Select(i => $"p{PartitionKeeper.Add(203106, i)}"), "pmax"]);
        (await room.TextsAsync()).ShouldBe(["in pmax"]);
        (await RowsAsync("messages", $"PARTITION (p{RoomMonths.Of(_clock.GetUtcNow())})", room)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_processes_that_keep_at_once_one_does_and_none_is_in_the_way()
    {
        _clock.Advance(TimeSpan.FromDays(62));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new PartitionKeeper(_store.Store).TryRun())));

        (await PartitionsAsync("messages")).ShouldBe(["p203106", "p203107", "p203108", "p203109", "p203110", "p203111", "p203112", "pmax"]);
    }

    [Fact]
    public async Task Without_retention_nothing_is_dropped()
    {
        _clock.Advance(TimeSpan.FromDays(400));

        new PartitionKeeper(_store.Store).TryRun();

        (await PartitionsAsync("messages"))[0].ShouldBe("p203106");
    }

    [Fact]
    public async Task Retention_drops_months_and_history_log_unread_pins_and_threads_stay_right()
    {
        var (lazy, eager) = (new UserId(RoomOf.NextId()), new UserId(RoomOf.NextId()));
        var room = await RoomOf.MakeAsync(_store.Ports, June, lazy, eager);                    // 1 to 4
        await room.CommitAsync((await room.NextAsync(June)).Say(room.Owner, "june", thread: null, mentions: [lazy]).Pin(room.Owner, 5)
            .React(eager, 5, "👍").Say(room.Owner, "june 2", mentionsRoom: true));                 // 5 to 8
        var july = June.AddMonths(1);
        await room.CommitAsync((await room.NextAsync(july)).Say(room.Owner, "july", thread: 5, mentions: [lazy]).Pin(room.Owner, 9));
        var august = June.AddMonths(2);
        await room.CommitAsync((await room.NextAsync(august)).Say(room.Owner, "august", thread: 9).Edit(room.Owner, 9, "july, edited"));
        (await UnreadAsync(room, lazy)).ShouldBe(new ReadState(3, 4, 3));
        (await _store.Ports.Rooms.MarkReadAsync(room.Id, eager, 9)).ShouldBe(new ReadState(9, 1, 0));
        var asleep = await RoomOf.MakeAsync(_store.Ports, June);
        await asleep.SayAsync("gone", at: June);
        _clock.Advance(august - June);
        _options.RetentionMonths = 1;
        var loaded = await room.NextAsync(august);

        new PartitionKeeper(_store.Store).TryRun();
        new PartitionKeeper(_store.Store).TryRun();

        (await PartitionsAsync("messages"))[0].ShouldBe("p203107");
        (await room.EventsAsync()).Select(e => e.Seq).ShouldBe([9L, 10, 11, 12]);
        (await room.EventsAsync(10)).Select(e => e.Seq).ShouldBe([11L, 12]);
        (await room.TextsAsync()).ShouldBe(["july", "august"]);
        (await PageAsync(room, new MessageQuery { Limit = 10 })).ShouldBe("11 9");
        (await PageAsync(room, new MessageQuery { After = 0, Limit = 1 })).ShouldBe("9");
        (await PageAsync(room, new MessageQuery { Around = 6, Limit = 4 })).ShouldBe("9 11");
        (await PageAsync(room, new MessageQuery { Thread = 5, Limit = 10 })).ShouldBe("9");
        (await PageAsync(room, new MessageQuery { Thread = 9, Limit = 10 })).ShouldBe("9 11");
        (await _store.Ports.Reader.ReadMessageAsync(room.Id, room.Owner, 5))!.Value.ShouldBeNull();
        (await _store.Ports.Reader.ReadPinsAsync(room.Id, room.Owner))!.Value.Select(m => m.Seq).ShouldBe([9L]);
        (await UnreadAsync(room, lazy)).ShouldBe(new ReadState(3, 2, 1));
        (await UnreadAsync(room, eager)).ShouldBe(new ReadState(9, 1, 0));
        (await _store.Ports.Rooms.MarkReadAsync(room.Id, lazy, 5)).ShouldBe(new ReadState(5, 2, 1));
        (await _store.Ports.Rooms.MarkReadAsync(room.Id, lazy, 9)).ShouldBe(new ReadState(9, 1, 0));
        (await asleep.EventsAsync()).ShouldBeEmpty();
        (await _store.Ports.Directory.ListRoomsAsync(asleep.Owner, new RoomId(0), 10)).Single().LastMessage.ShouldBeNull();

        // A pin went with its message: whoever had loaded the room before loads it again.
        (await room.CommitAsync(loaded.Say(room.Owner, "stale"))).Status.ShouldBe(CommitStatus.Conflict);
        (await _store.Ports.Rooms.LoadAsync(room.Id))!.Head.PinCount.ShouldBe(1);
        (await room.CommitAsync((await room.NextAsync(august)).React(room.Owner, 5, "👍").Edit(room.Owner, 5, "back?").Say(room.Owner, "goes on", mentions: [lazy])))
            .Status.ShouldBe(CommitStatus.Committed);
        (await asleep.SayAsync("awake", at: august)).Status.ShouldBe(CommitStatus.Committed);
        (await asleep.TextsAsync()).ShouldBe(["awake"]);
        (await UnreadAsync(room, lazy)).ShouldBe(new ReadState(9, 2, 1));
    }

    [Fact]
    public async Task A_room_list_that_a_crash_left_behind_is_completed_by_the_sweep()
    {
        var crash = true;
        await using var store = OpenedStore.Open(_options, new MySqlSeams { LeaveRoomLists = () => crash }, _clock);
        var (stays, goes) = (new UserId(RoomOf.NextId()), new UserId(RoomOf.NextId()));
        var room = await RoomOf.MakeAsync(store.Ports, June, stays, goes);
        (await store.Ports.Directory.ListMembershipsAsync(stays)).ShouldBeEmpty();
        crash = false;
        await room.CommitAsync((await room.NextAsync(June)).Member(MemberChange.Left, goes, goes));

        _clock.Advance(TimeSpan.FromSeconds(5));
        (await _store.Lists.SweepAsync(_clock.GetUtcNow())).ShouldBe(3);
        (await _store.Lists.SweepAsync(_clock.GetUtcNow())).ShouldBe(0);

        (await store.Ports.Directory.ListMembershipsAsync(stays)).Single().RoomId.ShouldBe(room.Id);
        (await store.Ports.Directory.ListRoomsAsync(room.Owner, new RoomId(0), 10)).Single().Head.Id.ShouldBe(room.Id);
        // The older event came after the newer one, and is known for what it is.
        (await store.Ports.Directory.CountRoomsAsync(goes)).ShouldBe(0);
    }

    [Fact]
    public async Task A_list_never_shows_a_room_that_says_otherwise()
    {
        var user = new UserId(RoomOf.NextId());
        var crash = false;
        await using var store = OpenedStore.Open(_options, new MySqlSeams { LeaveRoomLists = () => crash }, _clock);
        var (left, kept) = (await RoomOf.MakeAsync(store.Ports, June, user), await RoomOf.MakeAsync(store.Ports, June, user));
        crash = true;
        await left.CommitAsync((await left.NextAsync(June)).Member(MemberChange.Removed, user, left.Owner));

        (await store.Ports.Directory.ListRoomsAsync(user, new RoomId(0), 1)).Single().Head.Id.ShouldBe(kept.Id);
        (await store.Ports.Directory.ListMembershipsAsync(user)).Single().RoomId.ShouldBe(kept.Id);
    }

    private async Task<ReadState> UnreadAsync(RoomOf room, UserId user) =>
        (await _store.Ports.Directory.ListRoomsAsync(user, new RoomId(0), 10)).Single(r => r.Head.Id == room.Id).Read;

    private async Task<string> PageAsync(RoomOf room, MessageQuery query) =>
        string.Join(' ', (await _store.Ports.Reader.ReadMessagesAsync(room.Id, room.Owner, query))!.Value.Select(m => m.Seq));

    private async Task<List<string>> PartitionsAsync(string table)
    {
        List<string>? found = null;
        foreach (var (server, db, _) in _store.Store.Map.MessageDatabases)
        {
            var names = (await server.ReadAsync(
                link => link.Query<string>(
                    "SELECT partition_name FROM information_schema.partitions WHERE table_schema = @schema AND table_name = @table ORDER BY partition_ordinal_position",
                    new { schema = db.Name, table }),
                CancellationToken.None)).ToList();
            found ??= names;
            names.ShouldBe(found);
        }

        return found!;
    }

    private async Task<long> RowsAsync(string table, string partition, RoomOf room)
    {
        var shard = _store.Store.Map.Of(room.Id);
        return (await shard.Server.ReadAsync(
            link => link.Query<long>($"SELECT COUNT(*) FROM `{shard.Messages.Name}`.{table} {partition} WHERE room_id = {room.Id}"), CancellationToken.None))[0];
    }
}
