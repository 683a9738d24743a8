using System.Collections.Concurrent;
using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing.Servers;
using StackExchange.Redis;

namespace Chat.Redis.Tests;

public sealed class RedisBackplaneTests : IAsyncLifetime
{
    private static readonly RoomId Room = new(1_000_001);

    private readonly List<IAsyncDisposable> _used = [];
    private RedisServer _server = null!;

    public async Task InitializeAsync() => _used.Add(_server = await RedisServer.StartNewAsync());

    public async Task DisposeAsync()
    {
        foreach (var used in Enumerable.Reverse(_used))
        {
            await used.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_killed_server_is_told_of_and_when_it_is_back_everything_is_heard_again()
    {
        var (here, there) = (await ProcessAsync(), await ProcessAsync());
        here.Backplane.SpansProcesses.ShouldBeTrue();
        var (outages, heard, own) = (new ConcurrentQueue<BackplaneOutage>(), new ConcurrentQueue<RoomNews>(), new ConcurrentQueue<RoomNews>());
        using var a = there.Backplane.OnOutage(outages.Enqueue);
        using var b = await there.Backplane.SubscribeAsync(Room, heard.Enqueue);
        using var c = await here.Backplane.SubscribeAsync(Room, own.Enqueue);

        await _server.KillAsync();
        await Wait.Until(() => outages.Count == 1, () => "word of the loss");
        outages.ShouldBe([new BackplaneOutage(0, 1, IsOver: false)]);
        await here.UntilAsync(up: false, 0);
        here.Backplane.Publish(Room, new LogAdvanced(1));
        own.ToArray().ShouldBe([new LogAdvanced(1)]);
        using var d = await there.Backplane.SubscribeAsync(new RoomId(5), heard.Enqueue);
        there.Servers.Degraded.ShouldNotBeNull().ShouldStartWith("Redis: server 1 of 1 is away since 20");
        there.Servers.Degraded!.ShouldNotContain("127.0.0.1");

        await _server.StartAsync();
        await Wait.Until(() => outages.Count == 2, () => "word of the return");
        outages.ShouldBe([new BackplaneOutage(0, 1, IsOver: false), new BackplaneOutage(0, 1, IsOver: true)]);
        await here.UntilAsync(up: true, 0);
        here.Backplane.Publish(Room, new LogAdvanced(2));
        here.Backplane.Publish(new RoomId(5), new LogAdvanced(3));
        await Wait.Until(() => heard.Count == 2, () => "news after the return");
        heard.ToArray().ShouldBe([new LogAdvanced(2), new LogAdvanced(3)], ignoreOrder: true);
        there.Servers.Degraded.ShouldBeNull();
    }

    [Fact]
    public async Task A_server_that_stands_still_costs_publishers_and_newcomers_nothing_and_is_noticed()
    {
        var (here, there) = (await ProcessAsync(), await ProcessAsync());
        var outages = new ConcurrentQueue<BackplaneOutage>();
        using var a = here.Backplane.OnOutage(outages.Enqueue);
        _server.Freeze();
        try
        {
            await Task.Run(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    here.Backplane.Publish(Room, new LogAdvanced(i));
                }
            }).Within("the end of a publisher while the server stands still");
            using var b = await here.Backplane.SubscribeAsync(Room, _ => { }).AsTask().Within("a subscription while the server stands still");
            await Wait.Until(() => outages.Count == 1, () => "word that the server stands still");
            var known = here.Backplane.SubscribeAsync(new RoomId(5), _ => { }).AsTask();
            known.IsCompleted.ShouldBeTrue("while it is known to stand still nothing is waited for");
            using var c = await known;
        }
        finally
        {
            _server.Thaw();
        }

        await Wait.Until(() => outages.Count == 2, () => "word that the server goes on");
        await there.UntilAsync(up: true, 0);
        var heard = new ConcurrentQueue<RoomNews>();
        using var d = await here.Backplane.SubscribeAsync(Room, heard.Enqueue);
        there.Backplane.Publish(Room, new LogAdvanced(2000));
        await Wait.Until(() => heard.Contains(new LogAdvanced(2000)), () => "news after the server went on");
    }

    [Fact]
    public async Task A_process_that_is_held_up_itself_does_not_give_up_its_server()
    {
        var time = new LateTimeProvider();
        await using var here = await RedisProcess.StartAsync(time, _server.Endpoint);
        await here.UntilAsync(up: true, 0);
        var outages = new ConcurrentQueue<BackplaneOutage>();
        using var a = here.Backplane.OnOutage(outages.Enqueue);
        time.Lateness = TimeSpan.FromSeconds(1);
        var asked = time.Asked;
        await Wait.Until(() => time.Asked > asked, () => "question whose alarm will be late");
        _server.Freeze();
        try
        {
            var alarms = time.Alarms;
            await Wait.Until(() => time.Alarms >= alarms + 2, () => "alarms that came late");
            outages.ShouldBeEmpty();

            time.Lateness = TimeSpan.Zero;
            await Wait.Until(() => outages.Count == 1, () => "word of a server that stands still, from a process that does not");
        }
        finally
        {
            _server.Thaw();
        }
    }

    [Fact]
    public async Task A_process_that_starts_while_the_server_is_away_connects_later_by_itself()
    {
        await _server.KillAsync();
        var (here, there) = (await ProcessAsync(wait: false), await ProcessAsync(wait: false));
        var (outages, heard) = (new ConcurrentQueue<BackplaneOutage>(), new ConcurrentQueue<RoomNews>());
        using var a = there.Backplane.OnOutage(outages.Enqueue);
        outages.ShouldBe([new BackplaneOutage(0, 1, IsOver: false)]);
        using var b = await there.Backplane.SubscribeAsync(Room, heard.Enqueue);

        await _server.StartAsync();
        await Wait.Until(() => outages.Count == 2, () => "word that the server is there");
        await here.UntilAsync(up: true, 0);
        here.Backplane.Publish(Room, new LogAdvanced(1));
        await Wait.Until(() => heard.Count == 1, () => "news");
    }

    [Fact]
    public async Task A_server_is_found_by_its_name_and_let_in_by_a_password_that_no_log_shows()
    {
        await using (var control = await RedisControl.ConnectAsync(_server))
        {
            await control.Database.ExecuteAsync("CONFIG", "SET", "requirepass", "secret-word");
        }

        var named = $"localhost:{_server.Port.ToString(CultureInfo.InvariantCulture)}";
        var here = await ProcessAsync(true, $"{named},password=secret-word");
        here.Servers.Links[0].Endpoint.ShouldBe(named);
        var refused = await ProcessAsync(false, $"{named},password=wrong-word");
        await Wait.Until(() => refused.Logs.All.Any(line => line.Text.Contains(named, StringComparison.Ordinal)), () => "word of the refusal");
        refused.Servers.Links[0].IsUp.ShouldBeFalse();
        here.Logs.All.Concat(refused.Logs.All).ShouldAllBe(line => !line.Text.Contains("-word", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_two_servers_one_that_is_away_concerns_only_its_own_rooms()
    {
        var second = await RedisServer.StartNewAsync();
        _used.Add(second);
        var (here, there) = (await ProcessAsync(true, _server.Endpoint, second.Endpoint), await ProcessAsync(true, _server.Endpoint, second.Endpoint));
        var (outages, heard) = (new ConcurrentQueue<BackplaneOutage>(), new ConcurrentDictionary<RoomId, long>());
        var rooms = Enumerable.Range(1, 20).Select(i => new RoomId(i)).ToList();
        using var a = there.Backplane.OnOutage(outages.Enqueue);
        foreach (var room in rooms)
        {
            await there.Backplane.SubscribeAsync(room, news => heard[room] = ((LogAdvanced)news).LastSeq);
        }

        rooms.ForEach(room => here.Backplane.Publish(room, new LogAdvanced(1)));
        await Wait.Until(() => heard.Count == rooms.Count, () => "news of all rooms");
        await second.KillAsync();
        await Wait.Until(() => outages.Count == 1, () => "word of the loss");
        var outage = outages.Single();
        outage.ShouldBe(new BackplaneOutage(1, 2, IsOver: false));

        rooms.ForEach(room => here.Backplane.Publish(room, new LogAdvanced(2)));
        var untouched = rooms.Where(room => !outage.Concerns(room)).ToList();
        untouched.Count.ShouldBeInRange(1, rooms.Count - 1);
        await Wait.Until(() => untouched.TrueForAll(room => heard[room] == 2), () => "news of the rooms of the other server");
        rooms.Where(outage.Concerns).ShouldAllBe(room => heard[room] == 1);

        var all = new ConcurrentQueue<GlobalNews>();
        using var b = await there.Backplane.SubscribeAsync(all.Enqueue);
        here.Backplane.Publish(new SessionRevoked(new UserId(1), new SessionId(2)));
        await Wait.Until(() => all.Count == 1, () => "news for all through the server that is left");
    }

    [Fact]
    public async Task Documents_that_are_none_are_dropped_and_logged_and_repeated_ones_do_no_harm()
    {
        var there = await ProcessAsync();
        var heard = new ConcurrentQueue<RoomNews>();
        using var subscription = await there.Backplane.SubscribeAsync(Room, heard.Enqueue);
        using var foreign = await ConnectionMultiplexer.ConnectAsync(_server.Endpoint);
        var channel = new RedisChannel($"chat:room:{Room}", RedisChannel.PatternMode.Literal);
        foreach (var document in new[]
        {
            "no JSON at all \u0001", """{"from":"x","kind":"log"}""", """{"from":"x","kind":"later"}""",
            """{"from":"x","kind":"log","seq":2}""", """{"from":"x","kind":"log","seq":2}""", """{"from":"x","kind":"log","seq":1}""",
        })
        {
            await foreign.GetSubscriber().PublishAsync(channel, document);
        }

        await Wait.Until(() => heard.Count == 3, () => "the news among the rest");
        heard.ToArray().ShouldBe([new LogAdvanced(2), new LogAdvanced(2), new LogAdvanced(1)]);
        there.Logs.All.Count(line => line.Text.Contains("was dropped", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_channel_is_subscribed_only_while_somebody_listens_however_they_come_and_go()
    {
        var here = await ProcessAsync();
        var idle = here.Servers.Links[0].Channels.Count;
        var first = await here.Backplane.SubscribeAsync(Room, _ => { });
        var second = await here.Backplane.SubscribeAsync(Room, _ => { });
        (await ListenersAsync()).ShouldBe(1);
        first.Dispose();
        (await ListenersAsync()).ShouldBe(1);
        await Parallel.ForAsync(0, 2000, async (_, _) => (await here.Backplane.SubscribeAsync(Room, _ => { })).Dispose());
        (await ListenersAsync()).ShouldBe(1);
        second.Dispose();
        await Wait.Until(async () => await ListenersAsync() == 0, () => "end of the subscription");
        await Parallel.ForAsync(0, 2000, async (_, _) => (await here.Backplane.SubscribeAsync(Room, _ => { })).Dispose());
        await Wait.Until(async () => await ListenersAsync() == 0, () => "end of the subscription after a race");
        here.Servers.Links[0].Channels.Count.ShouldBe(idle);
        here.Servers.Links[0].IsUp.ShouldBeTrue();

        async Task<long> ListenersAsync()
        {
            await using var control = await RedisControl.ConnectAsync(_server);
            return await control.ListenersAsync($"chat:room:{Room}");
        }
    }

    [Fact]
    public async Task A_flood_to_a_server_that_takes_nothing_is_held_in_bounded_memory()
    {
        var here = await ProcessAsync();
        var text = new string('x', 60_000);
        var events = new EventsCommitted([Testing.Specifications.Samples.Events[0] with { Message = Testing.Specifications.Samples.Message(42) with { Text = text } }]);
        _server.Freeze();
        try
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < 3000; i++)
            {
                here.Backplane.Publish(Room, events);
            }

            (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(48 * 1024 * 1024, "of 180 MB");
        }
        finally
        {
            _server.Thaw();
        }
    }

    [Fact]
    public async Task Under_traffic_and_repeated_kills_every_return_is_told_after_its_loss_and_the_last_one_brings_news()
    {
        var (here, there) = (await ProcessAsync(), await ProcessAsync());
        var (outages, newest) = (new ConcurrentQueue<BackplaneOutage>(), 0L);
        using var a = there.Backplane.OnOutage(outages.Enqueue);
        using var b = await there.Backplane.SubscribeAsync(Room, news => newest = Math.Max(newest, ((LogAdvanced)news).LastSeq));
        using var stop = new CancellationTokenSource();
        var sent = 0L;
        var traffic = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                here.Backplane.Publish(Room, new LogAdvanced(Interlocked.Increment(ref sent)));
                await Task.Yield();
            }
        });
        for (var i = 1; i <= 3; i++)
        {
            await _server.KillAsync();
            await _server.StartAsync();
            await Wait.Until(() => outages.Count >= 2 * i && outages.Last().IsOver, () => $"return number {i}");
        }

        await here.UntilAsync(up: true, 0);
        var mark = Interlocked.Read(ref sent);
        await Wait.Until(() => Interlocked.Read(ref newest) > mark, () => "news after the last return");
        await stop.CancelAsync();
        await traffic;
        outages.Select(outage => outage.IsOver).ShouldBe(Enumerable.Range(0, outages.Count).Select(i => i % 2 == 1));
    }

    private Task<RedisProcess> ProcessAsync(bool wait = true) => ProcessAsync(wait, _server.Endpoint);

    private async Task<RedisProcess> ProcessAsync(bool wait, params string[] servers)
    {
        var process = await RedisProcess.StartAsync(servers);
        _used.Add(process);
        if (wait)
        {
            await process.UntilAsync(up: true, [.. Enumerable.Range(0, servers.Length)]);
        }

        return process;
    }

    /// <summary>The clock of a process that is held up: what it waits for comes late.</summary>
    private sealed class LateTimeProvider : TimeProvider
    {
        private long _lateness;
        private int _asked;
        private int _alarms;

        public TimeSpan Lateness
        {
            get => new(Interlocked.Read(ref _lateness));
            set => Interlocked.Exchange(ref _lateness, value.Ticks);
        }

        /// <summary>How many times the link began to wait for an answer.</summary>
        public int Asked => Volatile.Read(ref _asked);

        /// <summary>How many of these waits have run out.</summary>
        public int Alarms => Volatile.Read(ref _alarms);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != RedisLink.BeatPatience)
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            var timer = base.CreateTimer(
                fired =>
                {
                    callback(fired);
                    Interlocked.Increment(ref _alarms);
                },
                state, dueTime + Lateness, period);
            Interlocked.Increment(ref _asked);
            return timer;
        }
    }
}
