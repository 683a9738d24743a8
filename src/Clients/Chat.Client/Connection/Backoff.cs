namespace Chat.Client;

/// <summary>
/// How long to wait before the next attempt: anything up to a bound that doubles with each failure, so that clients which failed together do
/// not come back together ("full jitter": aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter). Not thread safe.
/// </summary>
/// <param name="first">The bound after the first failure.</param>
/// <param name="longest">The bound after many.</param>
/// <param name="random">Draws from 0 up to 1.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private TimeSpan? _bound;

    /// <summary>Whether nothing has failed since the last reset.</summary>
    public bool IsFresh => _bound is null;

    /// <summary>Counts a failure; answers the wait that it costs.</summary>
    public TimeSpan Next()
    {
        _bound = _bound is not { } bound ? first : bound < longest / 2 ? bound * 2 : longest;
        return _bound.Value * random();
    }

    /// <summary>Forgets all failures.</summary>
    public void Reset() => _bound = null;
}
