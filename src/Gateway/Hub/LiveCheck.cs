using System.Threading.Channels;
using Chat.Abstractions;
using Chat.Gateway.Auth;
using Chat.Gateway.Feeds;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>
/// Makes up for news that got lost between processes. Again and again, and at once when a way of the backplane is back, it compares what the
/// connections here depend on with the store: how far the rooms' logs reach, which rooms their users are in, whether their sessions live.
/// So nobody waits for the next message to learn of a gap, and who is out is out. Does nothing where there is only one process.
/// </summary>
internal sealed partial class LiveCheck(
    LiveConnections connections,
    SessionGate gate,
    IBackplane backplane,
    IRoomDirectory directory,
    ISessionStore sessions,
    IOptions<FeedOptions> options,
    TimeProvider time,
    ILogger<LiveCheck> logger) : BackgroundService
{
    // Asked for in one go: large enough that the round trip does not count, small enough for one statement.
    private const int AtOnce = 500;

    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>One round over everything. What the store did not answer is looked at again in the next round.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var rooms in connections.Feeds.Rooms().Chunk(AtOnce))
        {
            foreach (var position in await directory.ReadPositionsAsync(rooms, cancellationToken))
            {
                connections.Feeds.Advance(position.RoomId, position.LastSeq);
            }
        }

        foreach (var users in connections.Users().Chunk(AtOnce))
        {
            foreach (var version in await directory.ReadListVersionsAsync(users, cancellationToken))
            {
                await connections.CheckRoomsAsync(version);
            }
        }

        foreach (var group in connections.Sessions().Chunk(AtOnce))
        {
            var live = await sessions.FindLiveAsync([.. group.Select(s => s.Session)], time.GetUtcNow(), cancellationToken);
            foreach (var (user, session) in group)
            {
                if (!live.Contains(session))
                {
                    gate.Forget(session);
                    connections.CloseSession(user, session);
                }
            }
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!backplane.SpansProcesses)
        {
            return;
        }

        using var outages = backplane.OnOutage(outage =>
        {
            if (outage.IsOver)
            {
                _wanted.Writer.TryWrite(true);
            }
        });
        try
        {
            while (true)
            {
                await WaitAsync(stoppingToken);
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (StoreUnavailableException e)
                {
                    Log.Postponed(logger, e);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The next round is what mends whatever this one left undone; without it gaps would stay.
                    Log.Failed(logger, e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var due = new CancellationTokenSource(options.Value.CheckEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stoppingToken);
        try
        {
            await _wanted.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Due.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What connections may have missed could not be looked up; trying again")]
        public static partial void Postponed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "The check for missed news failed; trying again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
