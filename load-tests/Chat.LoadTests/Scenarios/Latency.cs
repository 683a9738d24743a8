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
        var deployment = await run.OpenAsync();
        using var crowd = new Crowd(deployment.Addresses[0]);
        run.Report.Progress($"latency: {count} connections in {rooms} rooms");
        var people = await crowd.GatherAsync(count, rooms);
        var perRoom = count / rooms;
        var clock = new Schedule();
        var latencies = new Samples();
        var tapes = new LatencyTape[count];
        var lastSeqs = new long[rooms];
        await Parallel.ForAsync(0, rooms, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (room, _) =>
        {
            lastSeqs[room] = await crowd.LastSeqAsync(people[room * perRoom]);
            for (var i = room * perRoom; i < (room + 1) * perRoom; i++)
            {
                tapes[i] = new LatencyTape(clock, latencies) { Next = lastSeqs[room] + 1 };
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
            await StreamAsync(500, options.WarmupSeconds * 2);
            int[] rates = options.Rate > 0 ? [options.Rate] : [500, 2000];
            foreach (var rate in rates)
            {
                var usage = await Usage.StartAsync(deployment);
                latencies.Clear();
                clock.Lateness.Clear();
                var sent = await StreamAsync(rate, options.SecondsOr(10));
                for (var room = 0; room < rooms; room++)
                {
                    lastSeqs[room] = await crowd.LastSeqAsync(people[room * perRoom]);
                }

                await Waiting.AllHeardAsync(tapes, tape => lastSeqs[Array.IndexOf(tapes, tape) / perRoom]);
                var spent = await usage.StopAsync();
                Describe(run, latencies, clock.Lateness, spent, rate, rooms, count, sent);
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

        async Task<long> StreamAsync(int rate, double seconds)
        {
            var sent = await clock.RunAsync([.. senders.Select((hub, room) => (hub, people[room * perRoom].Room))], rate, seconds, options.TextBytes);
            await Waiting.UntilAsync(() => latencies.Count >= sent * perRoom, TimeSpan.FromSeconds(20));
            return sent;
        }
    }

    private static void Describe(Run run, Samples latencies, Samples lateness, Spent spent, int rate, int rooms, int connections, long sent)
    {
        var expected = sent * (connections / rooms);
        if (latencies.Count != expected)
        {
            throw new LoadTestException($"{sent} messages made {latencies.Count} deliveries, not {expected}.");
        }

        run.Report.Add(
            "latency",
            $"{rate} messages/s, {rooms} rooms, {connections} connections",
            ("p50 ms", latencies.Percentile(0.5)),
            ("p90 ms", latencies.Percentile(0.9)),
            ("p99 ms", latencies.Percentile(0.99)),
            ("max ms", latencies.Percentile(1)),
            ("client late p50 ms", lateness.Percentile(0.5)),
            ("client late p99 ms", lateness.Percentile(0.99)),
            ("deliveries/s", latencies.Count / spent.Seconds),
            ("server processors", spent.ServerCpu / spent.Seconds),
            ("client processors", spent.ClientCpu / spent.Seconds),
            ("sends per transaction", sent / spent.Grown("chat.store.transaction.jobs#")),
            ("server GC pause ms", spent.Grown("gc.pause") * 1000));
    }
}
