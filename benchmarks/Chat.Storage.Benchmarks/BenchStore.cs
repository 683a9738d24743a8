using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Storage.Benchmarks;

/// <summary>A store with default options in a folder, and what its meter counts.</summary>
internal sealed class BenchStore : IAsyncDisposable, IMeterFactory
{
    private readonly MeterListener _listener = new();
    private long _transactions;

    public BenchStore(string folder, string name)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "chat.store.transactions")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _transactions, value));
        _listener.Start();
        Database = SqliteDatabase.Open(
            new SqliteStorageOptions { Path = Path.Combine(folder, name + ".db") }, this, TimeProvider.System, NullLogger.Instance);
        Rooms = new SqliteRoomStore(Database);
        Reader = new SqliteRoomReader(Database);
        Directory = new SqliteRoomDirectory(Database);
    }

    public SqliteDatabase Database { get; }

    public IRoomStore Rooms { get; }

    public IRoomReader Reader { get; }

    public IRoomDirectory Directory { get; }

    /// <summary>Write transactions so far; each is one flush.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Dispose();
    }
}
