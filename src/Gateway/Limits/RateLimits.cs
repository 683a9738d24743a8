using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Limits;

/// <summary>Counts calls against the configured limits, and those refused by kind. Thread safe.</summary>
public sealed class RateLimits
{
    private readonly IRateLimiter _limiter;
    private readonly RateRule[] _rules;
    private readonly Counter<long> _refused;

    /// <summary>Starts with every bucket as the limiter has it.</summary>
    public RateLimits(IRateLimiter limiter, IOptions<RateLimitOptions> options, IMeterFactory meters)
    {
        _limiter = limiter;
        _refused = meters.Create("chat.limits").CreateCounter<long>("chat.limits.refused", "{call}", "Calls refused because their caller made too many");
        _rules =
        [
            .. from kind in Enum.GetValues<RateKind>().Order()
               let limit = options.Value.Of(kind)
               select new RateRule(WireEnumConverter<RateKind>.NameOf(kind), limit.PerSecond, limit.Burst, options.Value.BucketsPerKind),
        ];
    }

    /// <summary>Takes one token from the bucket of that key.</summary>
    public async ValueTask<RateDecision> TakeAsync(RateKind kind, string key)
    {
        var decision = await _limiter.TakeAsync(_rules[(int)kind], key);
        if (!decision.Allowed)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("kind", _rules[(int)kind].Kind));
        }

        return decision;
    }

    /// <summary>Puts a token back: the call turned out not to count.</summary>
    public ValueTask ReturnAsync(RateKind kind, string key) => _limiter.ReturnAsync(_rules[(int)kind], key);
}

/// <summary>What a refused call is answered.</summary>
public static class RateRefusal
{
    /// <summary>The refusal of a call that may not go on.</summary>
    public static Refusal ToRefusal(this RateDecision decision) => new(
        ErrorCode.RateLimited, $"Too many calls; try again in {Math.Ceiling(decision.RetryAfter.TotalSeconds):0} s.", decision.RetryAfter);
}
