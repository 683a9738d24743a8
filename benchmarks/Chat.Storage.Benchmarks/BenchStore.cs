using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.MySql;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.Sqlite;
using Chat.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Storage.Benchmarks;

/// <summary>A store with default options, and what its meter counts.</summary>
internal sealed class BenchStore : IAsyncDisposable, IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly IAsyncDisposable _store;
    private long _transactions;

    public BenchStore(string folder, string name)
    {
        Count();
        var database = SqliteDatabase.Open(
            new SqliteStorageOptions { Path = Path.Combine(folder, name + ".db") }, this, TimeProvider.System, NullLogger.Instance);
        _store = database;
        Rooms = new SqliteRoomStore(database);
        Reader = new SqliteRoomReader(database);
        Directory = new SqliteRoomDirectory(database);
    }

    /// <summary>A store on a server, in databases of that name.</summary>
    public BenchStore(MariaDbServer server, string name)
    {
        Count();
        var store = MySqlStore.Open(
            new MySqlStorageOptions { Users = [Range("users")], Rooms = [Range("rooms")], Messages = [Range("messages")] },
            this,
            TimeProvider.System,
            NullLogger.Instance);
        _store = store;
        Rooms = new MySqlRoomStore(store, new RoomLists(store));
        Reader = new MySqlRoomReader(store);
        Directory = new MySqlRoomDirectory(store);

        ShardRange Range(string service) => new() { ConnectionString = server.ConnectionString($"{name.Replace('-', '_')}_{service}") };
    }

    public IRoomStore Rooms { get; }

    public IRoomReader Reader { get; }

    public IRoomDirectory Directory { get; }

    /// <summary>Write transactions so far; each is one flush.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Dispose();
    }

    private void Count()
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
    }
}
