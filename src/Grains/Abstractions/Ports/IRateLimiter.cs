namespace Chat.Abstractions;

/// <summary>How many calls of a kind one key may make: a token bucket, full at first and refilled steadily.</summary>
/// <param name="Kind">Names the rule; keys of different kinds do not touch one another.</param>
/// <param name="PerSecond">Tokens that flow in each second; above 0.</param>
/// <param name="Burst">Tokens that a full bucket holds; at least 1.</param>
/// <param name="MostKeys">Buckets that one process keeps of the kind at most. When all are in use, further keys share one.</param>
public sealed record RateRule(string Kind, double PerSecond, int Burst, int MostKeys);

/// <summary>Whether a call may go on.</summary>
/// <param name="Allowed">It may.</param>
/// <param name="RetryAfter">When it may not: after how long it may be tried again.</param>
public readonly record struct RateDecision(bool Allowed, TimeSpan RetryAfter);

/// <summary>
/// Counts calls against rules. Within one process no token is given twice. Over several processes that share buckets, a key gets what its rule
/// says in the long run; a process may hold back up to a twentieth of a burst, and no more than a second's inflow, for its own next calls of
/// that second, so bursts below 40 are exact. The answer never waits long: what other processes took counts for nothing while it cannot be
/// asked for. Never throws. Thread safe.
/// </summary>
public interface IRateLimiter
{
    /// <summary>Takes one token from the bucket of that key. A rule of one kind must always be the same.</summary>
    ValueTask<RateDecision> TakeAsync(RateRule rule, string key);

    /// <summary>Puts a token back that was taken: the call turned out not to count. Never fills a bucket beyond its burst.</summary>
    ValueTask ReturnAsync(RateRule rule, string key);
}
