using System.Diagnostics.Metrics;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Users;
using Chat.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Storage.MySql.Tests;

/// <summary>An open store and its ports.</summary>
internal sealed class OpenedStore : IAsyncDisposable
{
    private OpenedStore(MySqlStore store, Meter meter)
    {
        Store = store;
        Meter = meter;
        Lists = new RoomLists(store);
        Ports = new StorePorts(
            new MySqlRoomStore(store, Lists),
            new MySqlRoomReader(store),
            new MySqlRoomDirectory(store),
            new MySqlUserStore(store),
            new MySqlSessionStore(store),
            new MySqlOutbox(store),
            new MySqlNodeLeases(store));
    }

    public MySqlStore Store { get; }

    public Meter Meter { get; }

    public RoomLists Lists { get; }

    public StorePorts Ports { get; }

    public static OpenedStore Open(MySqlStorageOptions options, MySqlSeams? seams = null, TimeProvider? clock = null, ILogger? logger = null)
    {
        var meters = new Meters();
        var store = MySqlStore.Open(options, meters, clock ?? TimeProvider.System, logger ?? NullLogger.Instance, seams);
        return new OpenedStore(store, meters.Created.Single());
    }

    /// <summary>Runs statements on every database of one kind, in the same order as the map has them.</summary>
    public async Task ExecuteAsync(Func<StoreMap, IEnumerable<(DatabaseServer Server, Db Db)>> where, Func<string, string> sql)
    {
        foreach (var (server, db) in where(Store.Map))
        {
            await server.WriteAsync((link, _) => link.Execute(sql($"`{db.Name}`")), repeatable: false, CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private sealed class Meters : IMeterFactory
    {
        public List<Meter> Created { get; } = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            Created.Add(meter);
            return meter;
        }

        public void Dispose()
        {
        }
    }
}
