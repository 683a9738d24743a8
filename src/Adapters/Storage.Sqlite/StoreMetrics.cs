using System.Diagnostics.Metrics;

namespace Chat.Storage.Sqlite;

/// <summary>Meter <c>chat.store</c>: how the store writes.</summary>
internal sealed class StoreMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "chat.store";

    private static readonly KeyValuePair<string, object?> Committed = new("outcome", "committed");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    private readonly Meter _meter;
    private readonly Counter<long> _transactions;
    private readonly Histogram<int> _jobs;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _refused;
    private Func<int> _queueLength = static () => 0;

    public StoreMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _transactions = _meter.CreateCounter<long>("chat.store.transactions", "{transaction}", "Write transactions, by outcome (committed, failed)");
        _jobs = _meter.CreateHistogram<int>("chat.store.transaction.jobs", "{job}", "Jobs that shared one transaction and one flush");
        _duration = _meter.CreateHistogram<double>("chat.store.commit.duration", "s", "From the transaction's begin until it was on disk");
        _refused = _meter.CreateCounter<long>("chat.store.jobs.refused", "{job}", "Jobs refused because too many waited");
        _meter.CreateObservableGauge("chat.store.queue.length", () => _queueLength(), "{job}", "Jobs that wait for the next transaction");
    }

    public void Observe(Func<int> queueLength) => _queueLength = queueLength;

    public void TransactionCommitted(int jobs, TimeSpan duration)
    {
        _transactions.Add(1, Committed);
        _jobs.Record(jobs);
        _duration.Record(duration.TotalSeconds);
    }

    public void TransactionFailed() => _transactions.Add(1, Failed);

    public void JobRefused() => _refused.Add(1);

    public void Dispose() => _meter.Dispose();
}
