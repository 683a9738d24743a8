namespace Chat.Testing;

/// <summary>
/// A clock that stands still until the test moves it. It starts at a random instant, so that no test can lean on a date. One test drives it:
/// <see cref="Advance"/> must not be called by two threads at once; everything else may be.
/// </summary>
/// <remarks>
/// Timers fire inside <see cref="Advance"/>, on its thread, in order of their due times and each at its own time: in a callback the clock
/// shows the instant at which the timer was due. A timer that is set again in a callback fires in the same Advance if it falls into it.
/// A timer that is set to zero fires at the next Advance, also one by zero.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now;
    private TimeSpan _step;
    private long _order;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(Random.Shared.NextInt64(TimeSpan.TicksPerDay)))
    {
    }

    public ManualTimeProvider(DateTimeOffset start) => _now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers are set.</summary>
    public int TimersSet
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Whether a timer is set that is due after this time and no other.</summary>
    public bool HasTimerDueIn(TimeSpan time)
    {
        lock (_gate)
        {
            return _timers.Exists(timer => timer.Due - _now == time);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now + _step;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now.UtcTicks;
        }
    }

    /// <summary>Sets the time of day forward or back, as an operator or NTP does. Timers and timestamps do not notice.</summary>
    public void StepTimeOfDay(TimeSpan by)
    {
        lock (_gate)
        {
            _step += by;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires what falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _now = end;
        }
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var timer = _timers.Where(timer => timer.Due <= end).MinBy(timer => (timer.Due, timer.Order));
            if (timer is not null)
            {
                _timers.Remove(timer);
                _now = timer.Due > _now ? timer.Due : _now;
                // As with the system's timers, a period of zero means once.
                if (timer.Period > TimeSpan.Zero)
                {
                    Add(timer, timer.Period);
                }
            }

            return timer;
        }
    }

    private void Set(ManualTimer timer, TimeSpan due, TimeSpan period)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            timer.Period = period;
            if (due != Timeout.InfiniteTimeSpan)
            {
                Add(timer, due);
            }
        }
    }

    private void Add(ManualTimer timer, TimeSpan due)
    {
        (timer.Due, timer.Order) = (_now + due, ++_order);
        _timers.Add(timer);
    }

    private void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private volatile bool _disposed;

        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Order { get; set; }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Call(), this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            time.Set(this, dueTime, period);
            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            time.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Call() => callback(state);
    }
}
