namespace Chat.LoadTests.Scenarios;

/// <summary>
/// One room written to through one, two and three gateways at once, beside one on SQLite: what compare-and-set costs when processes compete for
/// a log. The same connections each time, spread evenly.
/// </summary>
internal static class HotRoom
{
    private const string Name = "hot-room";

    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        var gateways = options.GatewaysOr(3);
        var connections = options.ConnectionsOr(12);
        var alone = await run.OpenSqliteAsync();
        var together = await run.OpenMySqlAsync(gateways, redis: true);
        var cases = Enumerable.Range(1, gateways).Select(count => together.First(count, $"MySQL and Redis, through {count}")).Prepend(alone);
        await using var stages = new Stages();
        foreach (var deployment in cases)
        {
            run.Report.Progress($"{Name}: {connections} connections to {deployment.Name}");
            stages.Add(await Stage.OpenAsync(deployment, connections, rooms: 1));
        }

        var rounds = new Rounds(Name, "sends/s");
        await stages.TakeTurnsAsync(run, Name, $"{connections} connections", rounds);
        rounds.Conclude(run.Report);
    }
}
