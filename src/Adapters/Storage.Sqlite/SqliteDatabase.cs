using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.Sqlite;

/// <summary>The open database file: its writer and its readers. Thread safe. Dispose writes what was accepted before it closes.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable, IDisposable
{
    // Two processes that turn a new file to WAL at once: one of them is told "busy" without waiting.
    private const int OpenAttempts = 20;

    private readonly StoreMetrics _metrics;
    private readonly SqliteReaders _readers;

    private SqliteDatabase(SqliteWriter writer, SqliteReaders readers, StoreMetrics metrics)
    {
        Writer = writer;
        _readers = readers;
        _metrics = metrics;
    }

    /// <summary>What writes.</summary>
    public SqliteWriter Writer { get; }

    /// <summary>Opens the file, makes it when missing, and brings its schema up to this build.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be opened.</exception>
    /// <exception cref="SqliteSchemaException">It does not fit this build.</exception>
    public static SqliteDatabase Open(SqliteStorageOptions options, IMeterFactory meters, TimeProvider clock, ILogger logger) =>
        Open(options, SqliteMigration.OfThisBuild(), meters, clock, logger);

    /// <summary>Opens the file with given migrations.</summary>
    internal static SqliteDatabase Open(
        SqliteStorageOptions options, IReadOnlyList<SqliteMigration> migrations, IMeterFactory meters, TimeProvider clock, ILogger logger)
    {
        SQLitePCL.Batteries_V2.Init();
        var path = Path.GetFullPath(options.Path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            KeepToOwner(path);
            using (var handle = OpenWriter(path, options))
            {
                SqliteMigrations.Apply(handle, migrations, clock);
            }

            var metrics = new StoreMetrics(meters);
            var writer = new SqliteWriter(() => OpenWriter(path, options), options.MostWaitingWrites, metrics, clock, logger);
            var readers = new SqliteReaders(
                () => SqliteHandle.Open(path, readOnly: true, options.BusyTimeout, options.ReaderCacheMebibytes * 1024), options.ReaderCount, logger);
            return new SqliteDatabase(writer, readers, metrics);
        }
        catch (Exception fault) when (fault is SqliteFault or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The database {path} cannot be opened: {fault.Message}", fault);
        }
    }

    /// <summary>See <see cref="SqliteWriter.WriteAsync{T}"/>.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteHandle, T> write, CancellationToken cancellationToken) =>
        Writer.WriteAsync(write, cancellationToken);

    /// <summary>See <see cref="SqliteReaders.ReadAsync{T}"/>.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteHandle, T> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(read, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Readers first: a checkpoint cannot pass a snapshot that is still held.
        _readers.Dispose();
        await Writer.DisposeAsync();
        _metrics.Dispose();
    }

    public void Dispose()
    {
#pragma warning disable VSTHRD002 // A container disposes synchronously when it is told to; the writer's thread waits for nobody, so no deadlock.
        DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    // Password hashes are in it. SQLite gives the files beside it the mode of the file itself.
    private static void KeepToOwner(string path)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var made = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = Owner });
        }
    }

    private static SqliteHandle OpenWriter(string path, SqliteStorageOptions options)
    {
        var handle = SqliteHandle.Open(path, readOnly: false, options.BusyTimeout, options.WriterCacheMebibytes * 1024);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    handle.Run("PRAGMA journal_mode = WAL");
                    break;
                }
                catch (SqliteFault fault) when (fault.Code == SQLitePCL.raw.SQLITE_BUSY && attempt < OpenAttempts)
                {
                    // Taking the write lock does wait, for as long as the busy time-out allows.
                    handle.Run("BEGIN IMMEDIATE; ROLLBACK");
                }
            }

            // FULL: a commit returns when the log is on disk. What was acknowledged survives the power cut.
            handle.Run($"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {options.CheckpointPages}; PRAGMA journal_size_limit = 67108864");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
