using System.Diagnostics.Metrics;

namespace Chat.Redis;

/// <summary>Meter <c>chat.redis</c>: the way to the Redis servers.</summary>
internal sealed class RedisMetrics
{
    private static readonly KeyValuePair<string, object?> Away = new("reason", "away");
    private static readonly KeyValuePair<string, object?> Slow = new("reason", "slow");
    private static readonly KeyValuePair<string, object?> Malformed = new("reason", "malformed");

    private readonly Counter<long> _published;
    private readonly Counter<long> _received;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _outages;
    private readonly Counter<long> _failed;
    private Func<int> _away = static () => 0;

    public RedisMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("chat.redis");
        _published = meter.CreateCounter<long>("chat.redis.published", "{news}", "News handed to a Redis server for other processes");
        _received = meter.CreateCounter<long>("chat.redis.received", "{news}", "News of other processes taken from a Redis server");
        _dropped = meter.CreateCounter<long>("chat.redis.dropped", "{news}", "News dropped, by reason (away, slow, malformed)");
        _outages = meter.CreateCounter<long>("chat.redis.outages", "{outage}", "Times that a Redis server was lost");
        _failed = meter.CreateCounter<long>("chat.redis.failed", "{call}", "Calls that a Redis server refused or did not answer in time");
        meter.CreateObservableGauge("chat.redis.away", () => _away(), "{server}", "Redis servers that are away now");
    }

    public void Observe(Func<int> away) => _away = away;

    public void Published() => _published.Add(1);

    public void Received() => _received.Add(1);

    public void DroppedAway() => _dropped.Add(1, Away);

    public void DroppedSlow() => _dropped.Add(1, Slow);

    public void DroppedMalformed() => _dropped.Add(1, Malformed);

    public void Lost() => _outages.Add(1);

    public void Failed() => _failed.Add(1);
}
