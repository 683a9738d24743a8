using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Reports;

/// <summary>What servers and client used between two moments.</summary>
internal sealed class Usage
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Deployment _deployment;
    private readonly Moment _before;
    private readonly long _started;
    private readonly TimeSpan _client;

    private Usage(Deployment deployment, Moment before)
    {
        _deployment = deployment;
        _before = before;
        _client = Environment.CpuUsage.TotalTime;
        _started = _time.GetTimestamp();
    }

    /// <summary>Starts to watch; of what others started only time and the client can be seen.</summary>
    public static async Task<Usage> StartAsync(Deployment deployment) => new(deployment, await Moment.OfAsync(deployment));

    /// <summary>Starts to watch one process.</summary>
    public static Task<Usage> StartAsync(ServerProcess? server) => StartAsync(new Deployment("", [], server is null ? [] : [server]));

    public async Task<Spent> StopAsync()
    {
        var elapsed = _time.GetElapsedTime(_started).TotalSeconds;
        var client = (Environment.CpuUsage.TotalTime - _client).TotalSeconds;
        return new(elapsed, client, _before, await Moment.OfAsync(_deployment));
    }
}

/// <summary>All processes of a deployment at one moment; null for those that are not ours.</summary>
internal sealed record Moment(ServerState? Gateways, ServerState? Database, ServerState? Redis)
{
    public static async Task<Moment> OfAsync(Deployment deployment) => new(
        deployment.Gateways.Count > 0 ? ServerState.Sum(await Task.WhenAll(deployment.Gateways.Select(gateway => gateway.StateAsync()))) : null,
        deployment.Backing is { } backing ? await ServerState.OfAsync(backing.DatabaseProcess) : null,
        deployment.Backing is { } other ? await ServerState.OfAsync(other.RedisProcess) : null);
}

/// <summary>What was used.</summary>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ClientCpu">Processor seconds of this process.</param>
/// <param name="Before">The servers before.</param>
/// <param name="After">The servers after.</param>
internal sealed record Spent(double Seconds, double ClientCpu, Moment Before, Moment After)
{
    /// <summary>Processor seconds of the gateways; NaN when they are not ours.</summary>
    public double ServerCpu => Cpu(Before.Gateways, After.Gateways);

    /// <summary>Processor seconds of the database; NaN when there is none of ours.</summary>
    public double DatabaseCpu => Cpu(Before.Database, After.Database);

    /// <summary>Processor seconds of Redis; NaN when there is none of ours.</summary>
    public double RedisCpu => Cpu(Before.Redis, After.Redis);

    /// <summary>How much a value of the probes grew, all gateways together; NaN when there is none.</summary>
    public double Grown(string name) => After.Gateways is not { } after || Before.Gateways is not { } before ? double.NaN
        : double.IsNaN(before[name]) ? after[name] : after[name] - before[name];

    private static double Cpu(ServerState? before, ServerState? after) => before is null || after is null ? double.NaN : after.Cpu - before.Cpu;
}
