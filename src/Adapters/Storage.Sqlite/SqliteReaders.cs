using System.Collections.Concurrent;
using Chat.Abstractions;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.Sqlite;

/// <summary>
/// A bounded set of read-only handles. A read runs inside one read transaction, so it sees one moment, and waits for no writer (WAL). It
/// runs on the caller's thread: SQLite's calls are synchronous, a page of history takes about a tenth of a millisecond
/// (benchmarks/README.md), and a hop to another thread would only add to it. At most as many as there are handles run at once, so a slow
/// disk blocks no more threads than that; the others wait without a thread. Thread safe.
/// </summary>
internal sealed partial class SqliteReaders(Func<SqliteHandle> open, int count, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count, count);
    private readonly ConcurrentStack<SqliteHandle> _idle = new();
    private volatile bool _closed;

    /// <summary>Reads.</summary>
    /// <exception cref="StoreUnavailableException">SQLite answered with an error, or the store is closed.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteHandle, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return Read(read);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Closes the handles; one that is in use is closed when it comes back.</summary>
    public void Dispose()
    {
        _closed = true;
        CloseIdle();
    }

    private T Read<T>(Func<SqliteHandle, T> read)
    {
        if (_closed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }

        SqliteHandle? handle = null;
        try
        {
            handle = _idle.TryPop(out var idle) ? idle : open();
            handle.Prepare("BEGIN").Execute();
            var value = read(handle);
            handle.Prepare("COMMIT").Execute();
            _idle.Push(handle);
            if (_closed)
            {
                CloseIdle();
            }

            return value;
        }
        catch (Exception fault)
        {
            // What broke off may hold a snapshot or be broken itself: the next read opens another.
            handle?.Dispose();
            if (fault is not SqliteFault refused)
            {
                throw;
            }

            Log.ReadFailed(logger, refused.Code, refused);
            throw new StoreUnavailableException("The read failed.", refused);
        }
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var handle))
        {
            handle.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Error, "A read failed (SQLite error {Code})")]
        public static partial void ReadFailed(ILogger logger, int code, Exception exception);
    }
}
