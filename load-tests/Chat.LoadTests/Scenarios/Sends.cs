using Chat.Client;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>Acknowledged, so durable, sends a second: each connection awaiting its answer, and with several under way.</summary>
internal static class Sends
{
    private const int Pipelined = 32;
    private const int MostSends = 5_000_000;

    public static async Task RunAsync(Run run)
    {
        int[] sizes = run.Options.Connections > 0 ? [run.Options.Connections] : [1, 16, 128];
        using var crowd = new Crowd(await run.OpenAsync());
        foreach (var connections in sizes)
        {
            run.Report.Progress($"sends: {connections} connections");
            var people = await crowd.GatherAsync(connections, Math.Min(connections, run.Options.RoomsOr(connections)));
            foreach (var depth in new[] { 1, Pipelined })
            {
                await MeasureAsync(run, crowd, people, depth);
            }
        }
    }

    private static async Task MeasureAsync(Run run, Crowd crowd, IReadOnlyList<Person> people, int depth)
    {
        var senders = new List<(Person Person, HubConnection Hub, EventTape Tape)>();
        foreach (var person in people)
        {
            var tape = new EventTape { Next = await crowd.LastSeqAsync(person) + 1 };
            senders.Add((person, await crowd.ConnectAsync(person, tape), tape));
        }

        try
        {
            var texts = new Texts(run.Options.TextBytes);
            await StormAsync(senders, depth, run.Options.WarmupSeconds, texts);
            var usage = await Usage.StartAsync(run.Server);
            var latencies = await StormAsync(senders, depth, run.Options.SecondsOr(5), texts);
            var spent = await usage.StopAsync();

            foreach (var room in senders.GroupBy(sender => sender.Person.Room))
            {
                var last = await crowd.LastSeqAsync(room.First().Person);
                await Waiting.AllHeardAsync([.. room.Select(sender => sender.Tape)], _ => last);
            }

            double sent = latencies.Count;
            run.Report.Add(
                "sends",
                $"{people.Count} connections, {depth} under way each",
                ("sends/s", sent / spent.Seconds),
                ("p50 ms", latencies.Percentile(0.5)),
                ("p99 ms", latencies.Percentile(0.99)),
                ("sends per transaction", sent / spent.Grown("chat.store.transaction.jobs#")),
                ("jobs per transaction", spent.Grown("chat.store.transaction.jobs") / spent.Grown("chat.store.transaction.jobs#")),
                ("transactions/s", spent.Grown("chat.store.transaction.jobs#") / spent.Seconds),
                ("server CPU ms per 1,000", spent.ServerCpu / sent * 1e6),
                ("server bytes allocated per send", spent.Grown("gc.allocated") / sent),
                ("client CPU ms per 1,000", spent.ClientCpu / sent * 1e6));
        }
        finally
        {
            foreach (var sender in senders)
            {
                await sender.Hub.DisposeAsync();
            }
        }
    }

    private static async Task<Samples> StormAsync(
        List<(Person Person, HubConnection Hub, EventTape Tape)> senders, int depth, double seconds, Texts texts)
    {
        var time = TimeProvider.System;
        var samples = new Samples();
        var started = time.GetTimestamp();
        await Task.WhenAll(senders.SelectMany(sender => Enumerable.Range(0, depth).Select(_ => SendAsync(sender.Person, sender.Hub))));
        return samples;

        async Task SendAsync(Person person, HubConnection hub)
        {
            await Task.Yield();
            var last = 0L;
            while (time.GetElapsedTime(started).TotalSeconds < seconds && samples.Count < MostSends)
            {
                var at = time.GetTimestamp();
                var ack = await hub.SendAsync(person.Room, texts.Next(0));
                samples.Add(time.GetElapsedTime(at));
                if (ack.Seq <= last)
                {
                    throw new LoadTestException($"A send was acknowledged as {ack.Seq} after {last}.");
                }

                last = ack.Seq;
            }
        }
    }
}
