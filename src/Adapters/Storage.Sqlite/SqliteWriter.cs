using Chat.Abstractions;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.Sqlite;

/// <summary>
/// The one thread that writes. Whatever jobs wait run in one transaction, each inside a savepoint, and share its single flush to disk;
/// while that is under way the next ones gather. So an idle store answers after one flush, a busy one writes hundreds of jobs per flush,
/// and nothing ever waits for a timer (docs/adr/0004). A job that fails takes nothing but itself back. When the transaction fails, all
/// its jobs do, with
/// <see cref="StoreUnavailableException"/>, and the next transaction starts afresh. Thread safe.
/// </summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Func<SqliteHandle> _open;
    private readonly int _mostWaiting;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<WriteJob> _waiting = [];
    private bool _stopping;
    private SqliteHandle? _handle;

    public SqliteWriter(Func<SqliteHandle> open, int mostWaiting, StoreMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _open = open;
        _mostWaiting = mostWaiting;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _handle = open();
        metrics.Observe(() => Waiting);
        _thread = new Thread(Loop) { IsBackground = true, Name = "chat.store writer" };
        _thread.Start();
    }

    /// <summary>Jobs that wait for the next transaction.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>
    /// Has something written; completes when it is on disk. Cancellation counts only until the transaction begins.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Too many jobs wait, the store is closing, or the transaction failed.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteHandle, T> write, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var job = new WriteJob<T>(write, cancellationToken);
        lock (_gate)
        {
            if (_stopping)
            {
                return Task.FromException<T>(new StoreUnavailableException("The store is closing."));
            }

            if (_waiting.Count >= _mostWaiting)
            {
                _metrics.JobRefused();
                return Task.FromException<T>(new StoreUnavailableException($"{_mostWaiting} writes wait for the disk already; nothing was written."));
            }

            _waiting.Add(job);
            if (_waiting.Count == 1)
            {
                _arrived.Release();
            }
        }

        return job.Completion;
    }

    /// <summary>Takes nothing on any more, writes what was accepted, moves the write-ahead log into the file and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _arrived.Release();
            }
        }

        await _stopped.Task;
        _arrived.Dispose();
    }

    private void Loop()
    {
        var batch = new List<WriteJob>();
        while (true)
        {
            _arrived.Wait();
            bool last;
            lock (_gate)
            {
                (batch, _waiting) = (_waiting, batch);
                last = _stopping;
            }

            try
            {
                if (batch.Count > 0)
                {
                    RunTransaction(batch);
                }
            }
            catch (Exception fault)
            {
                // A fault of this class: its callers must hear of it, and the thread must live on.
                Log.WriterFault(_logger, batch.Count, fault);
                batch.ForEach(job => job.Fail(new StoreUnavailableException("The store's writer failed.", fault)));
                CloseHandle();
            }

            batch.Clear();
            if (last)
            {
                break;
            }
        }

        Checkpoint();
        CloseHandle();
        _stopped.TrySetResult();
    }

    private void RunTransaction(List<WriteJob> batch)
    {
        var started = _clock.GetTimestamp();
        var done = new List<WriteJob>(batch.Count);
        try
        {
            var handle = _handle ??= _open();
            handle.Prepare("BEGIN IMMEDIATE").Execute();
            foreach (var job in batch)
            {
                if (RunJob(handle, job))
                {
                    done.Add(job);
                }
            }

            handle.Prepare("COMMIT").Execute();
        }
        catch (SqliteFault fault)
        {
            Abandon(fault);
            _metrics.TransactionFailed();
            Log.TransactionFailed(_logger, batch.Count, fault.Code, fault);
            var unavailable = new StoreUnavailableException("The transaction did not reach the disk.", fault);
            batch.ForEach(job => job.Fail(unavailable));
            return;
        }

        _metrics.TransactionCommitted(batch.Count, _clock.GetElapsedTime(started));
        done.ForEach(job => job.Complete());
    }

    /// <summary>Whether the job's writes stand. Throws when the whole transaction is lost.</summary>
    private bool RunJob(SqliteHandle handle, WriteJob job)
    {
        if (job.IsCancelled)
        {
            job.Cancel();
            return false;
        }

        handle.Prepare("SAVEPOINT job").Execute();
        try
        {
            job.Run(handle);
        }
        catch (Exception fault)
        {
            handle.ResetAll();
            if (!handle.InTransaction)
            {
                // SQLite gave the transaction up (disk full, I/O error): the others of it are lost as well.
                throw fault as SqliteFault ?? new SqliteFault(SQLitePCL.raw.SQLITE_ABORT, "The transaction ended inside a job.");
            }

            handle.Prepare("ROLLBACK TO job").Execute();
            handle.Prepare("RELEASE job").Execute();
            if (fault is SqliteFault refused)
            {
                Log.JobFailed(_logger, refused.Code, refused);
                fault = new StoreUnavailableException("The write failed; nothing of it was kept.", refused);
            }

            job.Fail(fault);
            return false;
        }

        handle.Prepare("RELEASE job").Execute();
        return true;
    }

    private void Abandon(SqliteFault fault)
    {
        if (_handle is not { } handle)
        {
            return;
        }

        handle.ResetAll();
        if (handle.InTransaction)
        {
            try
            {
                handle.Prepare("ROLLBACK").Execute();
            }
            catch (SqliteFault)
            {
                CloseHandle();
                return;
            }
        }

        if (!fault.LeavesHandleUsable)
        {
            CloseHandle();
        }
    }

    private void Checkpoint()
    {
        try
        {
            _handle?.Run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteFault fault)
        {
            // Nothing is lost: the next start reads the log.
            Log.CheckpointFailed(_logger, fault.Code, fault);
        }
    }

    private void CloseHandle()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A transaction of {Jobs} jobs did not reach the disk (SQLite error {Code}); all were refused as retryable")]
        public static partial void TransactionFailed(ILogger logger, int jobs, int code, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "A write failed (SQLite error {Code}) and was taken back")]
        public static partial void JobFailed(ILogger logger, int code, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "The write-ahead log could not be moved into the file at closing (SQLite error {Code}); the next start does it")]
        public static partial void CheckpointFailed(ILogger logger, int code, Exception exception);

        [LoggerMessage(4, LogLevel.Critical, "The writer failed with {Jobs} jobs")]
        public static partial void WriterFault(ILogger logger, int jobs, Exception exception);
    }
}
