namespace Chat.LoadTests.Scenarios;

/// <summary>The scenarios by name.</summary>
internal static class Scenario
{
    public static IReadOnlyList<(string Name, string What, Func<Run, Task> RunAsync)> All { get; } =
    [
        ("sends", "Durable acknowledged sends a second over 1, 16 and 128 connections.", Sends.RunAsync),
        ("fanout", "Deliveries in one large room, beside SignalR alone.", Fanout.RunAsync),
        ("latency", "From send to receive at fixed rates over many rooms.", Latency.RunAsync),
        ("cluster", "Durable sends a second on SQLite, on MySQL, and on MySQL and Redis by several gateways.", Cluster.RunAsync),
        ("hot-room", "One room written to through one, two and three gateways at once.", HotRoom.RunAsync),
        ("crossing", "From send at one gateway to receive at the same and at another.", Crossing.RunAsync),
        ("idle", "Memory of idle connections, beside SignalR alone.", Idle.RunAsync),
        ("start", "From starting the process to its first answers.", Start.RunAsync),
    ];
}
