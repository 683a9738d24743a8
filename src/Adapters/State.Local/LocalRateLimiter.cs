using System.Collections.Concurrent;
using Chat.Abstractions;

namespace Chat.State.Local;

/// <summary>
/// Token buckets of this process. They follow the given clock (the framework's limiters follow the machine's), and their number is bounded:
/// buckets that are full again are dropped when room is needed, and when all are in use newcomers share one.
/// </summary>
public sealed class LocalRateLimiter(TimeProvider time) : IRateLimiter
{
    private readonly TimeProvider _time = time;
    private readonly ConcurrentDictionary<string, Table> _tables = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public ValueTask<RateDecision> TakeAsync(RateRule rule, string key)
    {
        var table = _tables.GetOrAdd(rule.Kind, static (_, made) => new Table(made), rule);
        var now = _time.GetTimestamp();
        return new(BucketOf(table, key, now).Take(table, now, _time));
    }

    /// <inheritdoc />
    public ValueTask ReturnAsync(RateRule rule, string key)
    {
        if (_tables.TryGetValue(rule.Kind, out var table) && table.Buckets.TryGetValue(key, out var bucket))
        {
            bucket.Return(table);
        }

        return default;
    }

    /// <summary>Buckets held now, over all kinds.</summary>
    internal int Count => _tables.Values.Sum(table => table.Buckets.Count);

    private Bucket BucketOf(Table table, string key, long now)
    {
        if (table.Buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        if (table.Buckets.Count >= table.MostKeys && !MakeRoom(table, now))
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
                return table.Buckets.Count < table.MostKeys;
            }

            table.SweptAt = now;
            foreach (var (key, bucket) in table.Buckets)
            {
                if (bucket.IsFull(table, now, _time))
                {
                    table.Buckets.TryRemove(key, out _);
                }
            }

            return table.Buckets.Count < table.MostKeys;
        }
    }

    private sealed class Table(RateRule limit)
    {
        public readonly double PerSecond = limit.PerSecond;
        public readonly int Burst = limit.Burst;
        public readonly int MostKeys = limit.MostKeys;
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
