using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>What gives way to another transaction is done again.</summary>
public sealed class RetryTests(FaultServer fault) : IClassFixture<FaultServer>, IAsyncLifetime
{
    private OpenedStore _store = null!;
    private Measured _measured = null!;
    private RoomOf _room = null!;
    private string _rooms = null!;

    public async Task InitializeAsync()
    {
        _store = OpenedStore.Open(FaultServer.On(fault.Server, fault.Set));
        _measured = new Measured(_store.Meter);
        _room = await RoomOf.MakeAsync(_store.Ports);
        _rooms = _store.Store.Map.RoomShards[0].Rooms.Name;
    }

    public async Task DisposeAsync()
    {
        _measured.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_deadlock_is_tried_again()
    {
        // The other holds the member's row, and enough more that the server takes our side back; ours holds the room's and waits for the member's.
        var next = (await _room.NextAsync()).Say(_room.Owner, "stands");
        using var other = new Gate(fault.Server, _rooms, new RoomId(0));
        other.Link.Execute($"UPDATE `{_rooms}`.room_members SET muted_until = 1 WHERE room_id = {_room.Id} AND user_id = {_room.Owner}");
        other.Link.Execute(
            $"INSERT INTO `{_rooms}`.room_names (room_id, name) VALUES " + string.Join(',', Enumerable.Range(1, 500).Select(i => $"({i}, 'x')")));
        var committing = _room.CommitAsync(next);
        await WaitsForALockAsync();

        other.Link.Execute($"SELECT id FROM `{_rooms}`.rooms WHERE id = {_room.Id} FOR UPDATE");
        await Wait.For(_measured.Reaches("chat.store.retries reason=deadlock", 1), "retry after the deadlock");
        other.Open();

        (await Wait.For(committing, "end of the commit")).Status.ShouldBe(CommitStatus.Committed);
        (await _room.TextsAsync()).ShouldBe(["stands"]);
    }

    [Fact]
    public async Task A_lock_that_is_not_had_in_time_is_waited_for_again()
    {
        var next = (await _room.NextAsync()).Say(_room.Owner, "stands");
        using var other = new Gate(fault.Server, _rooms, _room.Id);
        var committing = _room.CommitAsync(next);

        await Wait.For(_measured.Reaches("chat.store.retries reason=lock_wait", 1), "retry after the wait");
        other.Open();

        (await Wait.For(committing, "end of the commit")).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task A_lock_that_is_never_had_is_a_refusal_and_writes_nothing()
    {
        var next = (await _room.NextAsync()).Say(_room.Owner, "does not stand");
        using var other = new Gate(fault.Server, _rooms, _room.Id);

        await Should.ThrowAsync<StoreUnavailableException>(() => Wait.For(_room.CommitAsync(next), "end of the commit"));

        (await _room.TextsAsync()).ShouldBeEmpty();
        other.Open();
        (await _room.SayAsync("stands")).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task Writer_that_says_nothing_any_more_loses_its_locks_and_its_transaction()
    {
        var next = (await _room.NextAsync()).Say(_room.Owner, "stands");
        using var still = new Gate(fault.Server, _rooms, _room.Id, commandSeconds: 1);

        (await Wait.For(_room.CommitAsync(next), "end of the commit")).Status.ShouldBe(CommitStatus.Committed);

        Should.Throw<MySqlFault>(() => still.Link.Commit()).Kind.ShouldBe(FaultKind.Lost);
        (await _room.TextsAsync()).ShouldBe(["stands"]);
        (await _store.Store.Map.First.Server.ReadAsync(
            link => link.Query<string>($"SELECT topic FROM `{_rooms}`.rooms WHERE id = {_room.Id} AND topic = 'held'"), CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_two_who_make_one_room_at_once_the_later_one_sees_it()
    {
        var (room, owner) = (new RoomId(RoomOf.NextId()), new UserId(RoomOf.NextId()));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => _store.Ports.Rooms.CommitAsync([RoomCommits.New(room, owner, RoomOf.Now).Build()]))));

        outcomes.Count(o => o[0].Status is CommitStatus.Committed).ShouldBe(1);
        outcomes.Count(o => o[0].Status is CommitStatus.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task Who_is_told_that_nothing_was_written_meets_no_lock_of_it()
    {
        var outdated = (await _room.NextAsync()).Say(_room.Owner, "outdated").Build();
        await _room.SayAsync("first");
        using var other = new Gate(fault.Server, _rooms, new RoomId(0));
        for (var i = 0; i < 50; i++)
        {
            (await _store.Ports.Rooms.CommitAsync([outdated])).Single().Status.ShouldBe(CommitStatus.Conflict);
            other.Link.Execute($"SELECT id FROM `{_rooms}`.rooms WHERE id = {_room.Id} FOR UPDATE NOWAIT");
            other.Link.Execute("ROLLBACK; START TRANSACTION");
        }
    }

    private Task WaitsForALockAsync() =>
        Wait.Until(
            async () =>
            {
                // InnoDB shows the same picture for as long as it is looked at more often than every 0.1 s.
                await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System);
                return (await _store.Store.Map.First.Server.ReadAsync(
                    link => link.Query<long>("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"),
                    CancellationToken.None))[0] > 0;
            },
            () => "transaction that waits for a lock");
}
