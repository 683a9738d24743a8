using System.Collections.Concurrent;
using Chat.Abstractions;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>
/// Token buckets that all processes share, by the clock of the Redis server. A process takes tokens of large buckets by the handful (a
/// twentieth of the burst, and no more than flow in within a second) and gives them to its own calls of the next second, so that most calls ask
/// nobody. While the server is away, each process has buckets of its own.
/// </summary>
internal sealed class RedisRateLimiter(IRateLimiter local, RedisServers servers, TimeProvider time) : IRateLimiter
{
    private static readonly TimeSpan HandfulLife = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async ValueTask<RateDecision> TakeAsync(RateRule rule, string key)
    {
        var kind = _kinds.GetOrAdd(rule.Kind, static (_, rule) => new Kind(rule), rule);
        if (kind.Handful == 1 || kind.HandOf(key, time) is not { } hand)
        {
            return await AskAsync(rule, key, 1) is { } answer
                ? new RateDecision(answer.Taken > 0, answer.RetryAfter)
                : await local.TakeAsync(rule, key);
        }

        while (true)
        {
            var (decision, asking) = hand.Take(time, () => FillAsync(hand, rule, key, kind.Handful));
            if (decision is { } decided)
            {
                return decided;
            }

            if (!await asking)
            {
                return await local.TakeAsync(rule, key);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask ReturnAsync(RateRule rule, string key)
    {
        if (_kinds.TryGetValue(rule.Kind, out var kind) && kind.TryGetHand(key)?.Return(time, kind.Handful) == true)
        {
            return;
        }

        // To where it most likely came from; the other bucket cannot overflow.
        if (await AskAsync(rule, key, -1) is null)
        {
            await local.ReturnAsync(rule, key);
        }
    }

    private async Task<bool> FillAsync(Hand hand, RateRule rule, string key, int handful)
    {
        var answer = await AskAsync(rule, key, handful);
        hand.Fill(time, answer?.Taken ?? 0, answer?.RetryAfter ?? TimeSpan.Zero);
        return answer is not null;
    }

    private async Task<Answer?> AskAsync(RateRule rule, string key, int want)
    {
        var name = $"{rule.Kind}:{key}";
        var reply = await servers.Of(name).TryAsync(
            Scripts.Take, [$"{servers.Prefix}:limit:{name}"], rule.PerSecond, rule.Burst, want);
        return reply.Came && (RedisValue[]?)reply.Value is [var taken, var wait]
            ? new Answer((int)taken, TimeSpan.FromMilliseconds((double)wait))
            : null;
    }

    private sealed record Answer(int Taken, TimeSpan RetryAfter);

    /// <summary>A rule, and the hands of its keys.</summary>
    private sealed class Kind(RateRule rule)
    {
        private readonly ConcurrentDictionary<string, Hand> _hands = new(StringComparer.Ordinal);
        private long _swept = long.MinValue;

        /// <summary>Tokens taken at once.</summary>
        public int Handful { get; } = (int)Math.Max(1, Math.Min(rule.Burst / 20, rule.PerSecond));

        public Hand? TryGetHand(string key) => _hands.GetValueOrDefault(key);

        /// <summary>The key's hand; null when there are too many.</summary>
        public Hand? HandOf(string key, TimeProvider time) =>
            _hands.TryGetValue(key, out var hand) ? hand
            : _hands.Count < rule.MostKeys || Sweep(time) ? _hands.GetOrAdd(key, static _ => new Hand())
            : null;

        // At most once a second, since a walk over all of them for every newcomer is what a flood would want.
        private bool Sweep(TimeProvider time)
        {
            var (now, swept) = (time.GetTimestamp(), Interlocked.Read(ref _swept));
            if ((swept == long.MinValue || time.GetElapsedTime(swept, now) > HandfulLife) && Interlocked.CompareExchange(ref _swept, now, swept) == swept)
            {
                foreach (var (key, hand) in _hands)
                {
                    if (hand.IsIdle(time))
                    {
                        _hands.TryRemove(key, out _);
                    }
                }
            }

            return _hands.Count < rule.MostKeys;
        }
    }

    /// <summary>Tokens that this process holds for a key, or until when there are none to be had.</summary>
    private sealed class Hand
    {
        private readonly Lock _gate = new();
        private int _tokens;
        private long _filled;
        private TimeSpan _refusedFor;
        private Task<bool>? _asking;

        /// <summary>A decision, or the question under way that will bring one; its answer is false when the server is away.</summary>
        public (RateDecision? Decision, Task<bool> Asking) Take(TimeProvider time, Func<Task<bool>> ask)
        {
            lock (_gate)
            {
                var age = time.GetElapsedTime(_filled);
                if (_tokens > 0 && age < HandfulLife)
                {
                    _tokens--;
                    return (new RateDecision(true, TimeSpan.Zero), Task.FromResult(true));
                }

                if (_refusedFor > age)
                {
                    return (new RateDecision(false, _refusedFor - age), Task.FromResult(true));
                }

                if (_asking is { } under)
                {
                    return (null, under);
                }

                // One that was answered at once has been filled in already.
                var asking = ask();
                _asking = asking.IsCompleted ? null : asking;
                return (null, asking);
            }
        }

        public void Fill(TimeProvider time, int tokens, TimeSpan refusedFor)
        {
            lock (_gate)
            {
                (_tokens, _refusedFor, _filled, _asking) = (tokens, refusedFor, time.GetTimestamp(), null);
            }
        }

        /// <summary>Takes a token back; false when it does not fit.</summary>
        public bool Return(TimeProvider time, int handful)
        {
            lock (_gate)
            {
                if (_asking is not null || _tokens >= handful || time.GetElapsedTime(_filled) >= HandfulLife)
                {
                    return false;
                }

                (_tokens, _refusedFor) = (_tokens + 1, TimeSpan.Zero);
                return true;
            }
        }

        public bool IsIdle(TimeProvider time)
        {
            lock (_gate)
            {
                var age = time.GetElapsedTime(_filled);
                return _asking is null && age >= HandfulLife && age >= _refusedFor;
            }
        }
    }
}
