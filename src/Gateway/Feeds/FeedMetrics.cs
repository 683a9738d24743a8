using System.Diagnostics.Metrics;

namespace Chat.Gateway.Feeds;

/// <summary>Meter <c>chat.feed</c>: what feeds hand to connections. No room or user ids in tags.</summary>
internal sealed class FeedMetrics
{
    private readonly Counter<long> _delivered;
    private readonly Histogram<int> _frame;
    private readonly Counter<long> _lagged;
    private readonly Counter<long> _filled;

    public FeedMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("chat.feed");
        _delivered = meter.CreateCounter<long>("chat.feed.delivered", "{event}", "Events handed to connections, each counted per connection");
        _frame = meter.CreateHistogram<int>("chat.feed.frame.events", "{event}", "Events that shared one frame");
        _lagged = meter.CreateCounter<long>("chat.feed.lagged", "{subscription}", "Times that a connection did not keep up with a room");
        _filled = meter.CreateCounter<long>("chat.feed.fills", "{read}", "Reads of the store to fill a gap");
    }

    public void Delivered(int events, int connections)
    {
        _frame.Record(events);
        _delivered.Add((long)events * connections);
    }

    public void Lagged() => _lagged.Add(1);

    public void Filled() => _filled.Add(1);
}
