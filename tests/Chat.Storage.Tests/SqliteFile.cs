using System.Diagnostics.Metrics;
using Chat.Storage.Sqlite;
using Chat.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Storage.Tests;

/// <summary>A database file in a folder of its own; opened as often as a test likes, deleted at the end.</summary>
public sealed class SqliteFile : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-storage-").FullName;
    private readonly List<SqliteDatabase> _opened = [];
    private readonly TestMeters _meters = new();

    public string Path => System.IO.Path.Combine(_folder, "chat.db");

    internal SqliteStorageOptions Options => new() { Path = Path };

    internal SqliteDatabase Open(Action<SqliteStorageOptions>? configure = null, IReadOnlyList<SqliteMigration>? migrations = null)
    {
        var options = Options;
        configure?.Invoke(options);
        var database = SqliteDatabase.Open(
            options, migrations ?? SqliteMigration.OfThisBuild(), _meters, TimeProvider.System, NullLogger.Instance);
        _opened.Add(database);
        return database;
    }

    /// <summary>The meters of the databases opened so far.</summary>
    internal IReadOnlyList<Meter> Meters => _meters.Created;

    internal static StorePorts Ports(SqliteDatabase database) =>
        new(
            new SqliteRoomStore(database),
            new SqliteRoomReader(database),
            new SqliteRoomDirectory(database),
            new SqliteUserStore(database),
            new SqliteSessionStore(database),
            new SqliteOutbox(database),
            new SqliteNodeLeases(database));

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private sealed class TestMeters : IMeterFactory
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
