namespace Chat.LoadTests.Scenarios;

/// <summary>Acknowledged, so durable, sends a second: each connection awaiting its answer, and with several under way.</summary>
internal static class Sends
{
    /// <summary>Sends under way on each connection.</summary>
    public static IReadOnlyList<int> Depths { get; } = [1, 32];

    public static async Task RunAsync(Run run)
    {
        var deployment = await run.OpenAsync();
        int[] sizes = run.Options.Connections > 0 ? [run.Options.Connections] : [1, 16, 128];
        foreach (var connections in sizes)
        {
            run.Report.Progress($"sends: {connections} connections");
            await using var stage = await Stage.OpenAsync(deployment, connections, Math.Min(connections, run.Options.RoomsOr(connections)));
            foreach (var depth in Depths)
            {
                await stage.WarmAsync(run.Options, depth, run.Options.WarmupSeconds);
                await stage.MeasureAsync(run, "sends", $"{connections} connections, {depth} under way each", depth);
            }
        }
    }
}
