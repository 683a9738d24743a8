using System.Collections.Concurrent;
using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Client.Tests;

public sealed class EventReaderTests
{
    private const int Bound = 5;

    private static readonly RoomId One = new(1);
    private static readonly RoomId Two = new(2);

    public enum Step
    {
        Commit,
        Push,
        PushTwice,
        PushReversed,
        PushSome,
        PushNothing,
        Lag,
        Reconnect,
        Consume,
        PushDuringSync,
    }

    [Fact]
    public void User_of_a_room_sees_each_event_once_in_order_whatever_is_pushed()
    {
        Prop.ForAll(Script(), script => CheckAsync(script, [One], server => Room(server, One, 0)).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void User_of_all_rooms_sees_each_event_of_each_once_in_order_whatever_is_pushed()
    {
        Prop.ForAll(Script(), script => CheckAsync(script, [One, Two, new(3)], server => All(server, [One, Two, new(3)])).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Enumeration_begins_after_its_cursor_or_at_the_end_of_the_log()
    {
        var server = new ModelServer();
        server.Join(One);
        server.Commit(One, 6);
        await using var after = new Consumer(Room(server, One, 4));
        await using var now = new Consumer(Room(server, One, null));
        await after.UntilAsync(One, 7);
        await Wait.Until(() => server.Syncs >= 2, () => "sync of the second enumeration");

        server.Commit(One, 2);
        server.Push(One);

        await after.UntilAsync(One, 9);
        await now.UntilAsync(One, 9);
        after.Of(One).ShouldBe([5, 6, 7, 8, 9]);
        now.Of(One).ShouldBe([8, 9]);
    }

    [Fact]
    public async Task Consumer_who_takes_nothing_holds_a_bounded_number_of_events_and_harms_no_other()
    {
        var server = new ModelServer(page: 20);
        server.Join(One);
        await using var quick = new Consumer(Room(server, One, 0));
        using var gate = new SemaphoreSlim(0);
        await using var slow = new Consumer(Room(server, One, 0), gate);
        await quick.UntilAsync(One, 1);

        for (var i = 0; i < 60; i++)
        {
            server.Commit(One, 1);
            server.Push(One);
            await quick.UntilAsync(One, server.LastSeqOf(One));
        }

        var before = server.Syncs;
        gate.Release(1000);
        await slow.UntilAsync(One, 61);

        slow.Of(One).ShouldBe(Enumerable.Range(1, 61).Select(i => (long)i));
        (server.Syncs - before).ShouldBeGreaterThanOrEqualTo(3, "what it did not hold was fetched, page by page");
    }

    [Fact]
    public async Task Lost_room_ends_the_enumeration_after_its_last_event()
    {
        var server = new ModelServer();
        server.Join(One);
        await using var consumer = new Consumer(Room(server, One, 0));
        await consumer.UntilAsync(One, 1);
        server.Commit(One, 3);

        server.Leave(One);

        await Wait.For(consumer.Completion, "end of the enumeration");
        consumer.Of(One).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Room_lost_while_away_ends_the_enumeration()
    {
        var server = new ModelServer();
        server.Join(One);
        await using var consumer = new Consumer(Room(server, One, 0));
        await consumer.UntilAsync(One, 1);

        server.Leave(One, push: false);
        server.Reconnect();

        await Wait.For(consumer.Completion, "end of the enumeration");
    }

    [Fact]
    public async Task Log_in_which_the_user_left_and_came_back_is_read_on()
    {
        var server = new ModelServer();
        server.Join(One);
        server.Leave(One);
        server.Commit(One, 1);
        server.Join(One);
        await using var consumer = new Consumer(Room(server, One, 0));

        await consumer.UntilAsync(One, 4);

        consumer.Of(One).ShouldBe([1, 2, 3, 4]);
        consumer.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Room_that_one_is_not_in_is_an_error()
    {
        await using var consumer = new Consumer(Room(new ModelServer(), One, 3));

        (await Should.ThrowAsync<HubCallException>(Wait.For(consumer.Completion, "error"))).Code.ShouldBe("room.not_found");
    }

    [Fact]
    public async Task Cursor_from_which_the_log_cannot_be_continued_is_told()
    {
        var server = new ModelServer();
        server.Join(One);
        server.Commit(One, 4);
        await using var consumer = new Consumer(Room(server, One, 99));

        var reset = await Should.ThrowAsync<LogResetException>(Wait.For(consumer.Completion, "error"));

        (reset.RoomId, reset.Cursor, reset.LastSeq).ShouldBe((One, 99L, 5L));
    }

    [Fact]
    public async Task Sync_that_cannot_be_answered_now_is_tried_again_after_a_pause()
    {
        var server = new ModelServer();
        server.Join(One);
        var left = 3;
        server.Instead = (room, cursor) => Interlocked.Decrement(ref left) switch
        {
            2 => new(room, 0, [], More: false, Reset: true, "storage.unavailable"),
            >= 0 => new(room, 1, [], More: true, Reset: false),
            _ => null,
        };
        await using var consumer = new Consumer(Room(server, One, 0));

        await consumer.UntilAsync(One, 1);

        server.Pauses.ShouldBe(3);
    }

    [Fact]
    public async Task All_rooms_include_those_that_come_later_however_the_client_learns_of_them()
    {
        var server = new ModelServer();
        server.Join(One);
        server.Commit(One, 3);
        await using var consumer = new Consumer(All(server, []));
        await Wait.Until(() => server.Syncs > 0, () => "first sync");

        server.Join(Two, hint: true);
        server.Push(Two);
        await consumer.UntilAsync(Two, 1);
        server.Join(new(3), hint: false);
        server.Push(new(3));
        await consumer.UntilAsync(new(3), 1);
        server.Join(new(4), hint: false);
        server.Commit(new(4), 2);
        server.Reconnect();
        await consumer.UntilAsync(new(4), 3);
        server.Commit(One, 1);
        server.Push(One);
        await consumer.UntilAsync(One, 5);

        consumer.Of(One).ShouldBe([5], "it was there from the beginning, so it begins at its end");
        consumer.Of(Two).ShouldBe([1], "by the hint: from the join on");
        consumer.Of(new(3)).ShouldBe([1], "by its first event: from the join on");
        consumer.Of(new(4)).ShouldBe([2, 3], "by the list: after the read mark");
    }

    [Fact]
    public async Task Room_lost_and_gained_again_goes_on_where_it_was()
    {
        var server = new ModelServer();
        server.Join(One);
        server.Join(Two);
        await using var consumer = new Consumer(All(server, [One, Two]));
        await consumer.UntilAsync(One, 1);

        server.Leave(One);
        await consumer.UntilAsync(One, 2);
        server.Commit(Two, 1);
        server.Push(Two);
        await consumer.UntilAsync(Two, 2);
        server.Commit(One, 2);
        server.Join(One);
        await consumer.UntilAsync(One, 5);

        consumer.Of(One).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Enumeration_can_be_cancelled_and_is_heard_of_no_more()
    {
        var server = new ModelServer();
        server.Join(One);
        var consumer = new Consumer(Room(server, One, 0));
        await consumer.UntilAsync(One, 1);

        await consumer.DisposeAsync();

        await Should.ThrowAsync<OperationCanceledException>(consumer.Completion);
    }

    [Fact]
    public async Task End_of_the_client_ends_enumerations_that_wait()
    {
        var server = new ModelServer();
        server.Join(One);
        await using var consumer = new Consumer(Room(server, One, 0));
        await using var all = new Consumer(All(server, []));
        await consumer.UntilAsync(One, 1);

        server.End();

        (await Should.ThrowAsync<ClientEndedException>(Wait.For(consumer.Completion, "end"))).End.ShouldBe(ClientEnd.Disposed);
        await Should.ThrowAsync<ClientEndedException>(Wait.For(all.Completion, "end"));
    }

    [Fact]
    public async Task New_connection_is_caught_up_when_all_who_waited_have_what_they_lacked()
    {
        var server = new ModelServer();
        server.Join(One);
        await using var consumer = new Consumer(Room(server, One, 0));
        await using var all = new Consumer(All(server, [One]));
        await consumer.UntilAsync(One, 1);
        await all.UntilAsync(One, 1);
        var before = server.CaughtUp;
        server.Commit(One, 20);

        server.Reconnect();

        await Wait.Until(() => server.CaughtUp == before + 1, () => "end of catching up");
        await consumer.UntilAsync(One, 21);
        await all.UntilAsync(One, 21);
    }

    private static IAsyncEnumerable<(RoomId, RoomEvent)> Room(ModelServer server, RoomId room, long? after) =>
        new RoomEventReader(server, server.Readers, server.Me, Bound, room, after).ReadAsync(CancellationToken.None);

    private static IAsyncEnumerable<(RoomId, RoomEvent)> All(ModelServer server, RoomId[] fromTheBeginning) =>
        new AllEventsReader(server, server.Readers, server.Me, Bound, fromTheBeginning.ToDictionary(r => r, _ => 0L)).ReadAsync(CancellationToken.None);

    private static Arbitrary<List<(Step Step, int Room, int Amount)>> Script() =>
        (from step in Gen.Choose(0, (int)Step.PushDuringSync)
         from room in Gen.Choose(0, 2)
         from amount in Gen.Choose(1, 8)
         select ((Step)step, room, amount)).ListOf().Select(l => l.ToList()).ToArbitrary();

    private static async Task<bool> CheckAsync(
        List<(Step Step, int Room, int Amount)> script, RoomId[] rooms, Func<ModelServer, IAsyncEnumerable<(RoomId, RoomEvent)>> read)
    {
        var server = new ModelServer();
        foreach (var room in rooms)
        {
            server.Join(room);
        }

        using var gate = new SemaphoreSlim(0);
        await using var consumer = new Consumer(read(server), gate);
        foreach (var (step, index, amount) in script)
        {
            Do(server, gate, rooms[index % rooms.Length], step, amount);
            await Task.Yield();
        }

        // Whatever was lost without a word, a new connection tells.
        server.BeforeSync = server.AfterSync = () => { };
        server.Reconnect();
        gate.Release(100_000);
        foreach (var room in rooms)
        {
            await consumer.UntilAsync(room, server.LastSeqOf(room));
            consumer.Of(room).ShouldBe(Enumerable.Range(1, (int)server.LastSeqOf(room)).Select(i => (long)i));
        }

        return true;
    }

    private static void Do(ModelServer server, SemaphoreSlim gate, RoomId room, Step step, int amount)
    {
        var last = server.LastSeqOf(room);
        switch (step)
        {
            case Step.Commit:
                server.Commit(room, amount);
                break;
            case Step.Push:
                server.Commit(room, amount);
                server.Push(room);
                break;
            case Step.PushTwice:
                server.PushBadly(room, last - amount, last, last);
                break;
            case Step.PushReversed:
                server.PushBadly(room, Enumerable.Range(0, amount).Select(i => last - i));
                break;
            case Step.PushSome:
                server.Commit(room, amount);
                server.PushBadly(room, Enumerable.Range(1, amount).Where(i => i % 2 == 0).Select(i => last + i));
                break;
            case Step.PushNothing:
                server.Commit(room, amount);
                server.PushBadly(room);
                break;
            case Step.Lag:
                server.Lag(room);
                break;
            case Step.Reconnect:
                server.Reconnect();
                break;
            case Step.Consume:
                gate.Release(amount);
                break;
            case Step.PushDuringSync:
                server.BeforeSync = () => server.PushBadly(room, server.LastSeqOf(room));
                server.AfterSync = () =>
                {
                    if (Interlocked.Decrement(ref amount) >= 0)
                    {
                        server.Commit(room, 1);
                        server.Push(room);
                    }
                };
                break;
        }
    }

    /// <summary>Enumerates and remembers; as quickly as it can, or as a gate lets it.</summary>
    private sealed class Consumer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentDictionary<RoomId, ConcurrentQueue<long>> _given = new();

        public Consumer(IAsyncEnumerable<(RoomId, RoomEvent)> events, SemaphoreSlim? gate = null) =>
            Completion = Task.Run(() => ConsumeAsync(events, gate));

        public Task Completion { get; }

        public List<long> Of(RoomId room) => [.. _given.GetValueOrDefault(room, [])];

        public async Task UntilAsync(RoomId room, long seq)
        {
            var reached = Wait.Until(
                () => _given.GetValueOrDefault(room, []).LastOrDefault() >= seq,
                () => $"event {seq} of room {room} at a consumer that has {string.Join(' ', Of(room))}");
            await await Task.WhenAny(reached, Completion);
            await reached;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task ConsumeAsync(IAsyncEnumerable<(RoomId Room, RoomEvent Event)> events, SemaphoreSlim? gate)
        {
            await foreach (var (room, roomEvent) in events.WithCancellation(_stop.Token))
            {
                _given.GetOrAdd(room, _ => new()).Enqueue(roomEvent.Seq);
                if (gate is not null)
                {
                    await gate.WaitAsync(_stop.Token);
                }
            }
        }
    }
}
