using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Reports;

/// <summary>What server and client used between two moments.</summary>
internal sealed class Usage
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ServerProcess? _server;
    private readonly long _started;
    private readonly TimeSpan _client;
    private readonly ServerState? _before;

    private Usage(ServerProcess? server, ServerState? before)
    {
        _server = server;
        _before = before;
        _client = Environment.CpuUsage.TotalTime;
        _started = _time.GetTimestamp();
    }

    /// <summary>Starts to watch; without a process of ours only time and the client can be seen.</summary>
    public static async Task<Usage> StartAsync(ServerProcess? server) => new(server, server is null ? null : await server.StateAsync());

    public async Task<Spent> StopAsync()
    {
        var elapsed = _time.GetElapsedTime(_started).TotalSeconds;
        var client = (Environment.CpuUsage.TotalTime - _client).TotalSeconds;
        var after = _server is null ? null : await _server.StateAsync();
        return new(elapsed, client, _before is null ? null : (_before, after!));
    }
}

/// <summary>What was used.</summary>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ClientCpu">Processor seconds of this process.</param>
/// <param name="Server">The server before and after.</param>
internal sealed record Spent(double Seconds, double ClientCpu, (ServerState Before, ServerState After)? Server)
{
    /// <summary>Processor seconds of the server; NaN when it is not ours.</summary>
    public double ServerCpu => Server is { } s ? s.After.Cpu - s.Before.Cpu : double.NaN;

    /// <summary>How much a value of the probe grew; NaN when there is none.</summary>
    public double Grown(string name) => Server is not { } s ? double.NaN
        : double.IsNaN(s.Before[name]) ? s.After[name] : s.After[name] - s.Before[name];
}
