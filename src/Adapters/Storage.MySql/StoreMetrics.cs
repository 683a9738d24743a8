using System.Diagnostics.Metrics;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql;

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
    private readonly Counter<long> _retries;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _swept;
    private Func<int> _queueLength = static () => 0;
    private Func<int> _serversDown = static () => 0;

    public StoreMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _transactions = _meter.CreateCounter<long>("chat.store.transactions", "{transaction}", "Write transactions, by outcome (committed, failed)");
        _jobs = _meter.CreateHistogram<int>("chat.store.transaction.jobs", "{job}", "Rooms that were committed in one transaction");
        _duration = _meter.CreateHistogram<double>("chat.store.commit.duration", "s", "From the transaction's begin until it was on disk");
        _refused = _meter.CreateCounter<long>("chat.store.jobs.refused", "{job}", "Jobs refused because too many waited");
        _retries = _meter.CreateCounter<long>(
            "chat.store.retries", "{retry}", "Transactions tried again, by reason (deadlock, lock_wait, duplicate_key, table_changed, connection)");
        _conflicts = _meter.CreateCounter<long>("chat.store.conflicts", "{commit}", "Rooms' commits that another writer was ahead of");
        _unknown = _meter.CreateCounter<long>(
            "chat.store.unknown_outcomes", "{transaction}", "Commits whose answer was lost, by what reading then found (committed, absent)");
        _swept = _meter.CreateCounter<long>("chat.store.room_lists.swept", "{entry}", "Entries of room lists that a sweep had to complete");
        _meter.CreateObservableGauge("chat.store.queue.length", () => _queueLength(), "{job}", "Jobs that wait for a thread, of all servers");
        _meter.CreateObservableGauge("chat.store.servers.down", () => _serversDown(), "{server}", "Servers that do not answer");
    }

    public void Observe(Func<int> queueLength, Func<int> serversDown) => (_queueLength, _serversDown) = (queueLength, serversDown);

    public void TransactionCommitted(int rooms, TimeSpan duration)
    {
        _transactions.Add(1, Committed);
        _jobs.Record(rooms);
        _duration.Record(duration.TotalSeconds);
    }

    public void TransactionFailed() => _transactions.Add(1, Failed);

    public void JobRefused() => _refused.Add(1);

    public void Retried(FaultKind reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        FaultKind.Deadlock => "deadlock",
        FaultKind.LockWait => "lock_wait",
        FaultKind.DuplicateKey => "duplicate_key",
        FaultKind.TableChanged => "table_changed",
        _ => "connection",
    }));

    public void Conflict() => _conflicts.Add(1);

    public void UnknownOutcome(bool committed) => _unknown.Add(1, new KeyValuePair<string, object?>("found", committed ? "committed" : "absent"));

    public void Swept(int entries) => _swept.Add(entries);

    public void Dispose() => _meter.Dispose();
}
