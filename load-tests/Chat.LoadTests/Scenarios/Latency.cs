using System.Buffers.Text;
using Chat.Client;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>
/// From send to receive under a steady stream over many rooms. The schedule is fixed beforehand and never waits for the server, and each
/// latency counts from the time at which its message was due: a server that stalls pays for all that should have happened meanwhile.
/// </summary>
internal static class Latency
{
    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        var rooms = options.RoomsOr(200);
        var count = Math.Max(rooms * 2, options.ConnectionsOr(rooms * 5) / rooms * rooms);
        using var crowd = new Crowd(await run.OpenAsync());
        run.Report.Progress($"latency: {count} connections in {rooms} rooms");
        var people = await crowd.GatherAsync(count, rooms);
        var perRoom = count / rooms;
        var clock = new Schedule();
        var tapes = new LatencyTape[count];
        var lastSeqs = new long[rooms];
        await Parallel.ForAsync(0, rooms, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (room, _) =>
        {
            lastSeqs[room] = await crowd.LastSeqAsync(people[room * perRoom]);
            for (var i = room * perRoom; i < (room + 1) * perRoom; i++)
            {
                tapes[i] = new LatencyTape(clock) { Next = lastSeqs[room] + 1 };
            }
        });

        // The first of each room sends and the others listen.
        var senders = new HubConnection[rooms];
        await Parallel.ForAsync(0, rooms, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (room, _) =>
            senders[room] = await crowd.ConnectAsync(people[room * perRoom], tapes[room * perRoom]));
        var sockets = await Crowd.ListenAsync(
            crowd.Server,
            [.. Enumerable.Range(0, count).Where(i => i % perRoom != 0).Select(i => (people[i].Query, (EventTape)tapes[i]))]);
        await using var pings = HubSockets.KeepAlive(sockets);
        try
        {
            await StreamAsync(senders, people, perRoom, clock, 500, options.WarmupSeconds * 2, options);
            int[] rates = options.Rate > 0 ? [options.Rate] : [500, 2000];
            foreach (var rate in rates)
            {
                var usage = await Usage.StartAsync(run.Server);
                clock.Clear();
                var sent = await StreamAsync(senders, people, perRoom, clock, rate, options.SecondsOr(10), options);
                for (var room = 0; room < rooms; room++)
                {
                    lastSeqs[room] = await crowd.LastSeqAsync(people[room * perRoom]);
                }

                await Waiting.AllHeardAsync(tapes, tape => lastSeqs[Array.IndexOf(tapes, tape) / perRoom]);
                var spent = await usage.StopAsync();
                Describe(run, clock, spent, rate, rooms, count, sent);
            }
        }
        finally
        {
            await HubSockets.CloseAsync(sockets);
            foreach (var sender in senders)
            {
                await sender.DisposeAsync();
            }
        }
    }

    private static void Describe(Run run, Schedule clock, Spent spent, int rate, int rooms, int connections, long sent)
    {
        var expected = sent * (connections / rooms);
        if (clock.Latencies.Count != expected)
        {
            throw new LoadTestException($"{sent} messages made {clock.Latencies.Count} deliveries, not {expected}.");
        }

        run.Report.Add(
            "latency",
            $"{rate} messages/s, {rooms} rooms, {connections} connections",
            ("p50 ms", clock.Latencies.Percentile(0.5)),
            ("p90 ms", clock.Latencies.Percentile(0.9)),
            ("p99 ms", clock.Latencies.Percentile(0.99)),
            ("max ms", clock.Latencies.Percentile(1)),
            ("client late p50 ms", clock.Lateness.Percentile(0.5)),
            ("client late p99 ms", clock.Lateness.Percentile(0.99)),
            ("deliveries/s", clock.Latencies.Count / spent.Seconds),
            ("server processors", spent.ServerCpu / spent.Seconds),
            ("client processors", spent.ClientCpu / spent.Seconds),
            ("sends per transaction", sent / spent.Grown("chat.store.transaction.jobs#")),
            ("server GC pause ms", spent.Grown("gc.pause") * 1000));
    }

    private static async Task<long> StreamAsync(
        HubConnection[] senders, IReadOnlyList<Person> people, int perRoom, Schedule clock, int rate, double seconds, RunOptions options)
    {
        var texts = new Texts(options.TextBytes);
        var random = new Random(42);
        var total = (long)(rate * seconds);
        var acks = new List<Task>((int)total);
        clock.Start(rate);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (var number = 0L; number < total; await timer.WaitForNextTickAsync())
        {
            for (; number < total && clock.IsDue(number); number++)
            {
                var room = random.Next(senders.Length);
                acks.Add(senders[room].SendAsync(people[room * perRoom].Room, texts.Next(number)));
            }
        }

        await Task.WhenAll(acks).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        await Waiting.UntilAsync(() => clock.Latencies.Count >= total * perRoom, TimeSpan.FromSeconds(20));
        return total;
    }

    /// <summary>When each message is due, and how late what happened was.</summary>
    private sealed class Schedule
    {
        private long _started;
        private double _ticksPerMessage = 1;

        public Samples Latencies { get; private set; } = new();

        public Samples Lateness { get; private set; } = new();

        public void Clear() => (Latencies, Lateness) = (new(), new());

        public void Start(int rate)
        {
            _ticksPerMessage = (double)TimeProvider.System.TimestampFrequency / rate;
            _started = TimeProvider.System.GetTimestamp();
        }

        public bool IsDue(long number)
        {
            var since = Since(number);
            if (since < TimeSpan.Zero)
            {
                return false;
            }

            Lateness.Add(since);
            return true;
        }

        public void Received(long number) => Latencies.Add(Since(number));

        private TimeSpan Since(long number) => TimeProvider.System.GetElapsedTime(_started + (long)(number * _ticksPerMessage));
    }

    private sealed class LatencyTape(Schedule schedule) : EventTape
    {
        protected override void OnEvents(int events, ReadOnlySpan<byte> bytes)
        {
            var mark = "\"text\":\"#"u8;
            while (bytes.IndexOf(mark) is >= 0 and var at)
            {
                bytes = bytes[(at + mark.Length)..];
                if (Utf8Parser.TryParse(bytes, out long number, out _))
                {
                    schedule.Received(number);
                }
            }
        }
    }
}
