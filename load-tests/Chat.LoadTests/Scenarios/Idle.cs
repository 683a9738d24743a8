using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>
/// What a connection costs that says nothing: memory of a fresh server with as many users' connections, less that without, both after a full
/// collection; beside the same of SignalR alone. At the end each connection must still hear a message.
/// </summary>
internal static class Idle
{
    private const int Warmers = 50;

    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        var count = options.ConnectionsOr(10_000);
        var rooms = options.RoomsOr(Math.Max(1, count / 100));
        if (options.Url is not null)
        {
            throw new LoadTestException("idle looks into the server, so it starts its own.");
        }

        IReadOnlyList<Person> people;
        using (var crowd = new Crowd((await run.OpenAsync()).Addresses[0]))
        {
            run.Report.Progress($"idle: {count} users in {rooms} rooms");
            people = await crowd.GatherAsync(count, rooms);
        }

        // The users' making leaves memory behind that is not the connections'.
        var again = await run.ReopenAsync();
        await MeasureAsync(run, "chat", again.Gateways[0], people, person => person.Query);
        if (options.Bare)
        {
            await using var bare = await ServerProcess.StartAsync(ServerStart.Bare(options));
            await MeasureAsync(run, "bare SignalR", bare, people, person => $"?room={person.Room}");
        }
    }

    private static async Task MeasureAsync(
        Run run, string name, ServerProcess server, IReadOnlyList<Person> people, Func<Person, string> query)
    {
        // Code and tables that the first connections bring are not theirs.
        await HubSockets.CloseAsync(await Crowd.ListenAsync(
            server.Address, [.. people.Take(Warmers).Select(person => (query(person), new EventTape()))]));
        await Waiting.PauseAsync(run.Options.SecondsOr(5) / 5);
        var before = await server.StateAsync(collect: true);

        run.Report.Progress($"idle: connecting to {name}");
        var started = TimeProvider.System.GetTimestamp();
        var tapes = people.Select(_ => new EventTape()).ToArray();
        var sockets = await Crowd.ListenAsync(server.Address, [.. people.Zip(tapes, (person, tape) => (query(person), tape))]);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        await using var pings = HubSockets.KeepAlive(sockets);
        try
        {
            await Waiting.PauseAsync(run.Options.SecondsOr(5));
            var uncollected = await server.StateAsync();
            var connected = await server.StateAsync();
            var after = await server.StateAsync(collect: true);
            double count = people.Count;
            var idle = await Usage.StartAsync(server);
            await Waiting.PauseAsync(run.Options.SecondsOr(5) * 2);
            var spent = await idle.StopAsync();
            await CheckAsync(server, people, tapes, sockets);
            var spoken = await server.StateAsync(collect: true);
            run.Report.Add(
                "idle",
                $"{name}, {people.Count} connections",
                ("heap KiB", (after["gc.heap"] - before["gc.heap"]) / count / 1024),
                ("RSS KiB", (after.Resident - before.Resident) / count / 1024),
                ("RSS KiB before collection", (connected.Resident - before.Resident) / count / 1024),
                ("pinned heap KiB", (after["gc.poh"] - before["gc.poh"]) / count / 1024),
                ("heap KiB after a message each", (spoken["gc.heap"] - before["gc.heap"]) / count / 1024),
                ("RSS MiB before", before.Resident / 1024 / 1024),
                ("RSS MiB with", after.Resident / 1024 / 1024),
                ("server CPU % idle", spent.ServerCpu / spent.Seconds * 100),
                ("connects/s", count / seconds),
                ("server CPU ms per connect", (uncollected.Cpu - before.Cpu) / count * 1000));
        }
        finally
        {
            await HubSockets.CloseAsync(sockets);
        }
    }

    /// <summary>Idle connections are worth their memory only if they hear what comes.</summary>
    private static async Task CheckAsync(ServerProcess server, IReadOnlyList<Person> people, EventTape[] tapes, HubSocket[] sockets)
    {
        using var crowd = new Crowd(server.Address);
        var texts = new Texts(16);
        foreach (var person in people.GroupBy(person => person.Room).Select(room => room.First()))
        {
            await using var sender = await crowd.ConnectAsync(person, new EventTape());
            await sender.SendAsync(person.Room, texts.Next(0));
        }

        var all = await Waiting.UntilAsync(() => tapes.All(tape => tape.Received > 0), TimeSpan.FromSeconds(20));
        if (sockets.FirstOrDefault(socket => socket.Fault is not null) is { } broken)
        {
            throw new LoadTestException($"An idle connection broke: {broken.Fault}");
        }

        if (!all || tapes.FirstOrDefault(tape => tape.Received != 1) is not null)
        {
            throw new LoadTestException(
                $"Of {tapes.Length} idle connections {tapes.Count(tape => tape.Received == 0)} heard nothing and {tapes.Count(tape => tape.Received > 1)} heard too much.");
        }
    }
}
