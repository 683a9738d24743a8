using Chat.Client;
using Chat.Contracts;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>
/// One room with many connections, beside the same broadcast by SignalR alone, both driven by this code, in turns. At a fixed rate, and at
/// saturation: so many messages are under way that the server always has some to deliver, yet never more than its queues take.
/// </summary>
internal static class Fanout
{
    private const int Senders = 4;

    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        var listeners = options.ConnectionsOr(1000);
        var rate = options.Rate > 0 ? options.Rate : 20;
        var window = 128;
        await using var product = await OpenProductAsync(run, listeners);
        await using var bare = options.Bare && options.Url is null ? await OpenBareAsync(run, listeners) : null;

        var measured = new Dictionary<(string Name, bool Bare), List<Result>>();
        Side[] sides = bare is null ? [product] : [product, bare];
        foreach (var side in sides)
        {
            run.Report.Progress($"fanout: warming {side.Name}");
            await StormAsync(side, options, new Pace(0, window), options.WarmupSeconds * 2);
        }

        for (var round = 1; round <= options.RoundsOr(3); round++)
        {
            foreach (var (name, pace) in new[] { ($"{rate} messages/s", new Pace(rate, 0)), ("saturated", new Pace(0, window)) })
            {
                foreach (var side in sides)
                {
                    var result = await MeasureAsync(run, side, pace, name, round);
                    (measured.TryGetValue((name, side.IsBare), out var list) ? list : measured[(name, side.IsBare)] = []).Add(result);
                }
            }
        }

        Conclude(run, measured);
    }

    private static void Conclude(Run run, Dictionary<(string Name, bool Bare), List<Result>> measured)
    {
        foreach (var ((name, isBare), results) in measured)
        {
            var keys = results[0].Values.Keys;
            run.Report.Add(
                "fanout, medians",
                $"{(isBare ? "bare SignalR" : "chat")}, {name}",
                [.. keys.Select(key => (key, Samples.Median(results.Select(result => result.Values[key]))))]);
        }

        foreach (var name in measured.Keys.Where(key => key.Bare).Select(key => key.Name))
        {
            const string cost = "server CPU ms per 1,000";
            const string speed = "deliveries/s";
            var pairs = measured[(name, false)].Zip(measured[(name, true)]).ToList();
            if (pairs[0].First.Values.ContainsKey(cost))
            {
                run.Report.Add(
                    "fanout, chat to bare",
                    name,
                    ("CPU per delivery, median of rounds", Samples.Median(pairs.Select(pair => pair.First.Values[cost] / pair.Second.Values[cost]))),
                    ("deliveries/s, median of rounds", Samples.Median(pairs.Select(pair => pair.First.Values[speed] / pair.Second.Values[speed]))));
            }
        }
    }

    private static async Task<Side> OpenProductAsync(Run run, int listeners)
    {
        run.Report.Progress($"fanout: {listeners} connections in a room");
        var deployment = await run.OpenAsync();
        var crowd = new Crowd(deployment.Addresses[0]);
        var people = await crowd.GatherAsync(listeners, 1);
        var next = await crowd.LastSeqAsync(people[0]) + 1;
        var tapes = people.Select(_ => new CountingTape { Next = next }).ToArray();
        var sockets = await Crowd.ListenAsync(crowd.Server, [.. people.Zip(tapes, (person, tape) => (person.Query, (EventTape)tape))]);
        var senders = new List<HubConnection>();
        for (var i = 0; i < Senders; i++)
        {
            senders.Add(await crowd.ConnectAsync(people[i % people.Count], new EventTape { Next = next }));
        }

        return new Side("chat", isBare: false, deployment.Gateways is [var own] ? own : null, null, crowd, people[0], tapes, sockets, senders);
    }

    private static async Task<Side> OpenBareAsync(Run run, int listeners)
    {
        run.Report.Progress($"fanout: {listeners} connections in a group of bare SignalR");
        var server = await ServerProcess.StartAsync(ServerStart.Bare(run.Options));
        var crowd = new Crowd(server.Address);
        var room = new Person(default, "none", new RoomId(7301444403200000001));
        // Concurrent sends of several connections pass one another in SignalR: it promises no order.
        var tapes = Enumerable.Range(0, listeners).Select(_ => new CountingTape()).ToArray();
        var sockets = await Crowd.ListenAsync(crowd.Server, [.. tapes.Select(tape => ($"?room={room.Room}", (EventTape)tape))]);
        var senders = new List<HubConnection>();
        for (var i = 0; i < Senders; i++)
        {
            senders.Add(await crowd.ConnectAsync(room, new EventTape()));
        }

        return new Side("bare SignalR", isBare: true, server, server, crowd, room, tapes, sockets, senders);
    }

    private static async Task<Result> MeasureAsync(Run run, Side side, Pace pace, string name, int round)
    {
        var before = side.Totals();
        var usage = await Usage.StartAsync(side.Server);
        var sent = await StormAsync(side, run.Options, pace, run.Options.SecondsOr(5));
        var spent = await usage.StopAsync();
        var after = side.Totals();
        double deliveries = after.Events - before.Events;
        if (side.Tapes.FirstOrDefault(tape => tape.Fault is not null) is { } faulty)
        {
            throw new LoadTestException($"{side.Name}: {faulty.Fault}");
        }

        if (deliveries != sent * (double)side.Tapes.Length)
        {
            throw new LoadTestException($"{side.Name}: {sent} messages to {side.Tapes.Length} connections made {deliveries} deliveries.");
        }

        run.Report.Add(
            "fanout",
            $"{side.Name}, {name}, round {round}",
            ("deliveries/s", deliveries / spent.Seconds),
            ("server CPU ms per 1,000", spent.ServerCpu / deliveries * 1e6),
            ("server processors", spent.ServerCpu / spent.Seconds),
            ("client CPU ms per 1,000", spent.ClientCpu / deliveries * 1e6),
            ("events per frame", deliveries / (after.Frames - before.Frames)),
            ("bytes per event", (after.Bytes - before.Bytes) / deliveries),
            ("server bytes allocated per delivery", spent.Grown("gc.allocated") / deliveries));
        return run.Report.Results[^1];
    }

    /// <summary>Sends for a while at that pace and waits until everything is delivered; answers how many were sent.</summary>
    private static async Task<long> StormAsync(Side side, RunOptions options, Pace pace, double seconds)
    {
        var texts = new Texts(options.TextBytes);
        var time = TimeProvider.System;
        var start = side.Totals().Events;
        var sent = 0L;
        var acks = new List<Task>();
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        double Elapsed() => time.GetElapsedTime(started).TotalSeconds;
        // On a machine that stood still the time may be over before the first message was due: it is sent all the same.
        while (Elapsed() < seconds || sent == 0)
        {
            // Only whole messages count as delivered: the last connection of a room closes the window.
            var under = sent - ((side.Delivered - start) / side.Tapes.Length);
            var due = pace.Rate > 0 ? (long)(Elapsed() * pace.Rate) - sent : pace.Window - under;
            for (; due > 0; due--)
            {
                acks.Add(side.Senders[(int)(sent % side.Senders.Count)].SendAsync(side.Sender.Room, texts.Next(sent)));
                sent++;
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(acks).WaitAsync(TimeSpan.FromSeconds(20), time);
        var all = start + (sent * side.Tapes.Length);
        if (!await Waiting.UntilAsync(() => side.Delivered >= all || side.Broken is not null, TimeSpan.FromSeconds(20)))
        {
            throw new LoadTestException($"{side.Name}: {all - side.Delivered} deliveries of {sent * side.Tapes.Length} are missing.");
        }

        return side.Broken is { } broken ? throw new LoadTestException($"{side.Name}: {broken}") : sent;
    }

    private readonly record struct Pace(double Rate, int Window);

    private sealed class CountingTape : EventTape
    {
        public Action<int>? Count { get; set; }

        protected override void OnEvents(int events, ReadOnlySpan<byte> bytes) => Count?.Invoke(events);
    }

    /// <summary>A server with its listeners and senders.</summary>
    private sealed class Side : IAsyncDisposable
    {
        private readonly ServerProcess? _own;
        private readonly Crowd _crowd;
        private readonly HubSocket[] _sockets;
        private readonly ITimer _pings;
        private long _delivered;

        public Side(
            string name,
            bool isBare,
            ServerProcess? server,
            ServerProcess? own,
            Crowd crowd,
            Person sender,
            CountingTape[] tapes,
            HubSocket[] sockets,
            IReadOnlyList<HubConnection> senders)
        {
            (Name, IsBare, Server, Sender, Tapes, Senders) = (name, isBare, server, sender, tapes, senders);
            (_own, _crowd, _sockets) = (own, crowd, sockets);
            foreach (var tape in tapes)
            {
                tape.Count = events => Interlocked.Add(ref _delivered, events);
            }

            _pings = HubSockets.KeepAlive(sockets);
        }

        public string Name { get; }

        public bool IsBare { get; }

        public ServerProcess? Server { get; }

        public Person Sender { get; }

        public CountingTape[] Tapes { get; }

        public IReadOnlyList<HubConnection> Senders { get; }

        public long Delivered => Volatile.Read(ref _delivered);

        public string? Broken => Tapes.FirstOrDefault(tape => tape.Fault is not null)?.Fault ?? _sockets.FirstOrDefault(s => s.Fault is not null)?.Fault;

        public (long Events, long Frames, long Bytes) Totals() => (Delivered, Tapes.Sum(tape => tape.Frames), Tapes.Sum(tape => tape.Bytes));

        public async ValueTask DisposeAsync()
        {
            await _pings.DisposeAsync();
            foreach (var sender in Senders)
            {
                await sender.DisposeAsync();
            }

            await HubSockets.CloseAsync(_sockets);
            _crowd.Dispose();
            if (_own is not null)
            {
                await _own.DisposeAsync();
            }
        }
    }
}
