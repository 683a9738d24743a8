using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>
/// A grain's timer, and its tick as the mailbox sees it: there is never more than one tick of a timer in the mailbox, because the clock is
/// only set again when the tick has ended.
/// </summary>
internal abstract class GrainTimer : GrainWork, IGrainTimer
{
    private readonly Lock _gate = new();
    private readonly Activation _activation;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposal = new();
    private ITimer? _clock;
    private TimeSpan _due;
    private TimeSpan _period;
    private bool _ticking;
    private bool _disposed;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        Validate(options.DueTime);
        Validate(options.Period);
        (_activation, _options, _due, _period) = (activation, options, options.DueTime, options.Period);
    }

    internal override GrainMethodOptions Options =>
        _options.Interleave ? GrainMethodOptions.AlwaysInterleave : GrainMethodOptions.None;

    internal override string Name => "a timer";

    internal override bool KeepsAlive => _options.KeepAlive;

    internal override bool CountsAgainstCapacity => false;

    internal override bool IsSettled => _disposed;

    internal override Activation? Owner => _activation;

    internal override TimeSpan? Timeout(TimeSpan byDefault) => null;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime);
        Validate(period);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (_due, _period) = (dueTime, period);
            if (!_ticking)
            {
                _clock?.Change(_due, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _clock?.Dispose();
        }

        _activation.Forget(this);
        _disposal.Cancel();
    }

    internal void Start()
    {
        // The clock outlives the call that starts it, so it must not carry that call's activity and async locals along.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            lock (_gate)
            {
                if (!_disposed)
                {
                    _clock = _activation.Mailbox.Host.Time.CreateTimer(
                        static timer => ((GrainTimer)timer!).Post(), this, _due, System.Threading.Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    internal override Task Start(object grain)
    {
        // From here on a Change sets the next tick instead of moving this one.
        lock (_gate)
        {
            _due = _period;
        }

        return Tick(_disposal.Token);
    }

    internal override void Settle(Task done)
    {
        if (done.IsFaulted && !_disposed)
        {
            _activation.Mailbox.Host.LogTimerFailed(_activation.Mailbox, done.Exception.InnerException!);
        }

        lock (_gate)
        {
            _ticking = false;
            if (!_disposed)
            {
                _clock?.Change(_due, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }

    internal override bool Fail(Exception exception) => false;

    protected abstract Task Tick(CancellationToken cancellationToken);

    private static void Validate(TimeSpan time)
    {
        if (time != System.Threading.Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMilliseconds(uint.MaxValue - 1));
        }
    }

    private void Post()
    {
        lock (_gate)
        {
            if (_disposed || _ticking)
            {
                return;
            }

            _ticking = true;
        }

        _activation.Mailbox.TryPost(this);
    }
}

internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(activation, options)
{
    protected override Task Tick(CancellationToken cancellationToken) => callback(state, cancellationToken);
}
