using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Scenarios;

/// <summary>Durable sends a second on SQLite, on MySQL, and on MySQL by several gateways with Redis between them, in turns.</summary>
internal static class Cluster
{
    private const string Name = "cluster";

    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        Deployment[] deployments =
        [
            await run.OpenSqliteAsync(),
            await run.OpenMySqlAsync(1, redis: false),
            await run.OpenMySqlAsync(options.GatewaysOr(3), redis: true),
        ];
        int[] sizes = options.Connections > 0 ? [options.Connections] : [16, 128];
        var rounds = new Rounds(Name, "sends/s");
        foreach (var connections in sizes)
        {
            run.Report.Add($"{Name}, disk", $"before {connections} connections", ("flushes of 16 KiB/s", Flushes.PerSecond(run.Folder, options.SecondsOr(5) / 5)));
            var rooms = Math.Min(connections, options.RoomsOr(connections));
            await using var stages = new Stages();
            foreach (var deployment in deployments)
            {
                run.Report.Progress($"{Name}: {connections} connections to {deployment.Name}");
                stages.Add(await Stage.OpenAsync(deployment, connections, rooms));
            }

            await stages.TakeTurnsAsync(run, Name, $"{connections} connections", rounds);
        }

        rounds.Conclude(run.Report);
    }
}
