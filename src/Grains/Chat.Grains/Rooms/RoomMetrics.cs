using System.Diagnostics.Metrics;

namespace Chat.Grains;

/// <summary>Meter <c>chat.rooms</c>: how rooms write. No room or user ids in tags.</summary>
public sealed class RoomMetrics
{
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _refused;

    /// <summary>Creates the instruments.</summary>
    public RoomMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("chat.rooms");
        _batch = meter.CreateHistogram<int>("chat.rooms.commit.events", "{event}", "Events in one commit of a room");
        _conflicts = meter.CreateCounter<long>("chat.rooms.commit.conflicts", "{commit}", "Commits that lost their compare-and-set and were tried again");
        _duplicates = meter.CreateCounter<long>("chat.rooms.duplicates", "{message}", "Sends answered from a clientId seen before");
        _refused = meter.CreateCounter<long>("chat.rooms.refused", "{call}", "Calls refused because too many waited in their room");
    }

    internal void Committed(int events) => _batch.Record(events);

    internal void Conflict() => _conflicts.Add(1);

    internal void Duplicates(int messages) => _duplicates.Add(messages);

    internal void Refused() => _refused.Add(1);
}
