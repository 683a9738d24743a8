using Chat.Storage.MySql.Rooms;
using Microsoft.Extensions.Hosting;

namespace Chat.Storage.MySql.Upkeep;

/// <summary>Looks after partitions and room lists, while the host runs.</summary>
internal sealed class MySqlUpkeep(MySqlStore store, PartitionKeeper keeper, RoomLists lists) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(KeepAsync(stoppingToken), SweepAsync(stoppingToken));

    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(store.Options.KeepEvery, store.Clock);
        do
        {
            // A thread of its own: it blocks, for as long as a retention takes.
            await Task.Factory.StartNew(keeper.TryRun, stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(store.Options.SweepEvery, store.Clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Younger ones are still on their way with the commit that left them.
            await lists.SweepAsync(store.Clock.GetUtcNow() - store.Options.SweepEvery, stoppingToken);
        }
    }
}
