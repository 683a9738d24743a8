using Chat.Abstractions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Workers;

/// <summary>
/// Makes ids with a leased node number. What keeps two processes apart is that a process makes ids only with times below its lease's end,
/// and that a node number is leased again only by a process whose clock has reached that end, which then starts from its clock: the times of
/// one node's holders never overlap, whatever their clocks say. A lease is therefore never handed back before its end.
/// </summary>
public sealed partial class IdSource(
    INodeLeases leases, IOptions<IdOptions> options, TimeProvider time, ILogger<IdSource> logger) : BackgroundService, IIdSource
{
    /// <summary>Bits of the counter within a millisecond.</summary>
    public const int CounterBits = 12;

    /// <summary>Bits of the node number.</summary>
    public const int NodeBits = 10;

    /// <summary>The instant from which ids count milliseconds: 2025-01-01T00:00:00Z. 41 bits of them last until 2094.</summary>
    public static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IdOptions _options = options.Value;
    private readonly SemaphoreSlim _wanted = new(0, 1);

    /// <summary>Milliseconds and counter of the last id, without the node: one number, so that one exchange takes both.</summary>
    private long _last;
    private volatile Held? _held;

    /// <inheritdoc />
    public long Next()
    {
        while (true)
        {
            var held = _held ?? throw NoLease();
            var last = Volatile.Read(ref _last);
            var next = Math.Max(Math.Max(Milliseconds(time.GetUtcNow()), held.From) << CounterBits, last + 1);
            if (next >> CounterBits >= held.Until)
            {
                Wake();
                throw NoLease();
            }

            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                const long counterMask = (1 << CounterBits) - 1;
                return (next >> CounterBits << (CounterBits + NodeBits)) | ((long)held.Lease.Node << CounterBits) | (next & counterMask);
            }
        }
    }

    /// <summary>Waits for the first lease, so that a server which says it has started can make ids; a store that is down is waited for in the background.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryHoldAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _wanted.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(_held is null ? _options.Retry : _options.Renew, stoppingToken);
                await TryHoldAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the lease ends by itself.
        }
    }

    private static long Milliseconds(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds() - Epoch.ToUnixTimeMilliseconds();

    private static StoreUnavailableException NoLease() => new("This process holds no node number at the moment, so it can make no ids.");

    /// <summary>Prolongs the lease, or gets a new one. Leaves the present one in force when the store does not answer: it is good until its end.</summary>
    private async Task TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_held is { } held)
            {
                // When the clock stepped back, ids go on from the last one, and the lease must reach beyond it.
                var now = Later(time.GetUtcNow(), Epoch.AddMilliseconds(Volatile.Read(ref _last) >> CounterBits));
                if (await leases.RenewAsync(held.Lease, now, _options.Lease, cancellationToken) is { } renewed)
                {
                    _held = new Held(renewed, held.From, Milliseconds(renewed.ExpiresAt));
                    return;
                }

                _held = null;
                Log.Lost(logger, held.Lease.Node);
            }

            // Ids of this process rise across its leases, so a lease taken after the clock stepped back starts where the last one was.
            var start = Later(time.GetUtcNow(), Epoch.AddMilliseconds(Volatile.Read(ref _last) >> CounterBits));
            if (await leases.AcquireAsync(start, _options.Lease, cancellationToken) is { } acquired)
            {
                _held = new Held(acquired, Milliseconds(start), Milliseconds(acquired.ExpiresAt));
                Log.Acquired(logger, acquired.Node);
                return;
            }

            Log.NoneFree(logger);
        }
        catch (StoreUnavailableException e)
        {
            Log.StoreDown(logger, e);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private void Wake()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // Asked already.
        }
        catch (ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        using var due = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await _wanted.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Due.
        }
    }

    /// <summary>A lease with its first and its first forbidden millisecond.</summary>
    private sealed record Held(NodeLease Lease, long From, long Until);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Ids are made with node number {Node}.")]
        public static partial void Acquired(ILogger logger, int node);

        [LoggerMessage(2, LogLevel.Error, "The lease of node number {Node} was lost.")]
        public static partial void Lost(ILogger logger, int node);

        [LoggerMessage(3, LogLevel.Error, "No node number is free; no ids can be made.")]
        public static partial void NoneFree(ILogger logger);

        [LoggerMessage(4, LogLevel.Warning, "The store did not answer about the node number; trying again.")]
        public static partial void StoreDown(ILogger logger, Exception exception);
    }
}
