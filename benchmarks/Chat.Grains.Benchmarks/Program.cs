using System.Globalization;
using Chat.Grains.Benchmarks;
using Chat.Grains.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

// A plain measured loop: warm up, then nine rounds, of which the fastest counts: the one that other work on the machine disturbed least.
// The task of a small integer comes from the runtime's cache, so what is allocated is the host's own and the state machines' of awaits.
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.AddLocalGrains(options => options.AddGrainAssembly(typeof(BenchGrain).Assembly));
using var host = builder.Build();
await host.StartAsync();
var grains = host.Services.GetRequiredService<IGrainFactory>();
var time = TimeProvider.System;

Console.WriteLine("| what | calls/s | bytes/call |");
Console.WriteLine("|---|---:|---:|");
const int Calls = 400_000;
await Measure("outside → grain, one caller, answered without an await", Calls, () => Sequential("a", Calls));
await Measure("outside → grain, one caller, the grain awaits once", Calls, async () =>
{
    var grain = grains.GetGrain<IBenchGrain>("a");
    for (var call = 0; call < Calls; call++)
    {
        await grain.EchoLater(1);
    }
});
await Measure("outside → 64 grains, 64 callers at once", Calls, () =>
    Task.WhenAll(Enumerable.Range(0, 64).Select(key => Task.Run(() => Sequential(key.ToString(CultureInfo.InvariantCulture), Calls / 64)))));
await Measure("outside → one grain, 64 callers at once", Calls, () =>
    Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Sequential("a", Calls / 64)))));
await Measure("grain → grain, one pair", Calls, () => grains.GetGrain<IBenchGrain>("a").CallOther("b", Calls));
await Measure("grain → grain, 64 pairs at once", Calls, () => Task.WhenAll(Enumerable.Range(0, 64).Select(pair =>
    grains.GetGrain<IBenchGrain>($"from {pair}").CallOther($"to {pair}", Calls / 64))));

const int Idle = 200_000;
var before = GC.GetTotalMemory(forceFullCollection: true);
var started = time.GetTimestamp();
for (var key = 0; key < Idle; key++)
{
    await grains.GetGrain<IBenchGrain>($"idle {key}").Echo(1);
}

var took = time.GetElapsedTime(started);
var perActivation = (GC.GetTotalMemory(forceFullCollection: true) - before) / Idle;
Console.WriteLine();
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{Idle:N0} idle activations: {perActivation} bytes each (its key of about 40 bytes included), {Idle / took.TotalSeconds:N0} made per second."));
started = time.GetTimestamp();
await host.StopAsync();
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"Stopped, all deactivated, in {time.GetElapsedTime(started).TotalMilliseconds:N0} ms."));

async Task Sequential(string key, int calls)
{
    var grain = grains.GetGrain<IBenchGrain>(key);
    for (var call = 0; call < calls; call++)
    {
        await grain.Echo(1);
    }
}

async Task Measure(string what, int calls, Func<Task> run)
{
    await run();
    List<(double PerSecond, long Bytes)> rounds = [];
    for (var round = 0; round < 9; round++)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var from = time.GetTimestamp();
        await run();
        rounds.Add((calls / time.GetElapsedTime(from).TotalSeconds, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / calls));
    }

    var best = rounds.MaxBy(static round => round.PerSecond);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {best.PerSecond:N0} | {best.Bytes} |"));
}
