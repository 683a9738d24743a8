using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Chat.Contracts;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Limits;

/// <summary>Whether a call may go on.</summary>
/// <param name="Allowed">It may.</param>
/// <param name="RetryAfter">When it may not: after how long it may be tried again.</param>
public readonly record struct RateDecision(bool Allowed, TimeSpan RetryAfter)
{
    /// <summary>The refusal of a call that may not go on.</summary>
    public Refusal ToRefusal() =>
        new(ErrorCode.RateLimited, $"Too many calls; try again in {Math.Ceiling(RetryAfter.TotalSeconds):0} s.", RetryAfter);
}

/// <summary>
/// Token buckets of this process, one per kind and key. They follow the given clock (the framework's limiters follow the machine's), and
/// their number is bounded: buckets that are full again are dropped when room is needed, and when all are in use newcomers share one.
/// Thread safe.
/// </summary>
public sealed class RateLimits
{
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly Table[] _tables;
    private readonly Counter<long> _refused;

    /// <summary>Starts with every bucket full.</summary>
    public RateLimits(IOptions<RateLimitOptions> options, TimeProvider time, IMeterFactory meters)
    {
        _time = time;
        _refused = meters.Create("chat.limits").CreateCounter<long>("chat.limits.refused", "{call}", "Calls refused because their caller made too many");
        _capacity = options.Value.BucketsPerKind;
        _tables = [.. Enum.GetValues<RateKind>().Order().Select(kind => new Table(options.Value.Of(kind)))];
    }

    /// <summary>Takes one token from the bucket of that key.</summary>
    public RateDecision Take(RateKind kind, string key)
    {
        var table = _tables[(int)kind];
        var now = _time.GetTimestamp();
        var decision = BucketOf(table, key, now).Take(table, now, _time);
        if (!decision.Allowed)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("kind", WireEnumConverter<RateKind>.NameOf(kind)));
        }

        return decision;
    }

    /// <summary>Puts a token back: the call turned out not to count.</summary>
    public void Return(RateKind kind, string key)
    {
        var table = _tables[(int)kind];
        if (table.Buckets.TryGetValue(key, out var bucket))
        {
            bucket.Return(table);
        }
    }

    /// <summary>Buckets held now, over all kinds.</summary>
    internal int Count => _tables.Sum(table => table.Buckets.Count);

    private Bucket BucketOf(Table table, string key, long now)
    {
        if (table.Buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        if (table.Buckets.Count >= _capacity && !MakeRoom(table, now))
        {
            return table.Shared;
        }

        return table.Buckets.GetOrAdd(key, static (_, burst) => new Bucket(burst), table.Burst);
    }

    /// <summary>Drops the full buckets, at most once a second, since a walk over all of them for every newcomer is what a flood would want.</summary>
    private bool MakeRoom(Table table, long now)
    {
        lock (table.Sweeping)
        {
            if (table.SweptAt is { } swept && _time.GetElapsedTime(swept, now) < TimeSpan.FromSeconds(1))
            {
                return table.Buckets.Count < _capacity;
            }

            table.SweptAt = now;
            foreach (var (key, bucket) in table.Buckets)
            {
                if (bucket.IsFull(table, now, _time))
                {
                    table.Buckets.TryRemove(key, out _);
                }
            }

            return table.Buckets.Count < _capacity;
        }
    }

    private sealed class Table(RateLimit limit)
    {
        public readonly double PerSecond = limit.PerSecond;
        public readonly int Burst = limit.Burst;
        public readonly ConcurrentDictionary<string, Bucket> Buckets = new(StringComparer.Ordinal);
        public readonly Bucket Shared = new(limit.Burst);
        public readonly Lock Sweeping = new();
        public long? SweptAt;
    }

    private sealed class Bucket(int burst)
    {
        // What rounding may take from a token.
        private const double Whole = 1 - 1e-6;

        private readonly Lock _lock = new();
        private double _tokens = burst;
        private long? _at;

        public RateDecision Take(Table table, long now, TimeProvider time)
        {
            lock (_lock)
            {
                Refill(table, now, time);
                if (_tokens >= Whole)
                {
                    _tokens--;
                    return new RateDecision(true, TimeSpan.Zero);
                }

                return new RateDecision(false, TimeSpan.FromSeconds((1 - _tokens) / table.PerSecond));
            }
        }

        public void Return(Table table)
        {
            lock (_lock)
            {
                _tokens = Math.Min(table.Burst, _tokens + 1);
            }
        }

        public bool IsFull(Table table, long now, TimeProvider time)
        {
            lock (_lock)
            {
                Refill(table, now, time);
                return _tokens >= table.Burst;
            }
        }

        private void Refill(Table table, long now, TimeProvider time)
        {
            var at = _at ??= now;
            if (now > at)
            {
                _tokens = Math.Min(table.Burst, _tokens + (time.GetElapsedTime(at, now).TotalSeconds * table.PerSecond));
                _at = now;
            }
        }
    }
}
