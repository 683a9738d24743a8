using Chat.Abstractions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Workers;

/// <summary>
/// Deletes what is past its time: outbox rows, clientIds, expired sessions. Works in small batches, each a transaction of its own, so that
/// senders hardly notice. Any number of processes may do this to one store.
/// </summary>
public sealed partial class Housekeeping(
    IOutbox outbox,
    IRoomStore rooms,
    ISessionStore sessions,
    IOptions<HousekeepingOptions> options,
    IOptions<ChatLimits> limits,
    TimeProvider time,
    ILogger<Housekeeping> logger) : BackgroundService
{
    private readonly HousekeepingOptions _options = options.Value;

    /// <summary>One round over everything.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; what was deleted so far is deleted.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var outboxRows = await DrainAsync(
            limit => outbox.TrimAsync(now - _options.OutboxAge, _options.OutboxRows, limit, cancellationToken), cancellationToken);
        var clientIds = await DrainAsync(
            limit => rooms.DropClientIdsAsync(now - limits.Value.ClientIdRetention, limit, cancellationToken), cancellationToken);
        var expired = await DrainAsync(
            limit => sessions.DropExpiredAsync(now - _options.SessionGrace, limit, cancellationToken), cancellationToken);
        if (outboxRows + clientIds + expired > 0)
        {
            Log.Deleted(logger, outboxRows, clientIds, expired);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (StoreUnavailableException e)
                {
                    Log.Postponed(logger, e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the next start goes on.
        }
    }

    private async Task<long> DrainAsync(Func<int, Task<int>> delete, CancellationToken cancellationToken)
    {
        long total = 0;
        int deleted;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            deleted = await delete(_options.BatchRows);
            total += deleted;
        }
        while (deleted >= _options.BatchRows);
        return total;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Deleted {OutboxRows} outbox rows, {ClientIds} clientIds, {Sessions} expired sessions.")]
        public static partial void Deleted(ILogger logger, long outboxRows, long clientIds, long sessions);

        [LoggerMessage(2, LogLevel.Warning, "The store did not answer; housekeeping goes on in the next round.")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
