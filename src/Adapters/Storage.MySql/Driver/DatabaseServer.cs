using System.Collections.Concurrent;
using Chat.Abstractions;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql.Driver;

/// <summary>
/// One server, as one of its users. Calls of the connector block, so they run on a bounded set of threads of the server's own, each with a
/// connection of its own; callers wait without a thread, and the process' thread pool is never used up by a slow database. What a server
/// cannot take is refused at once: when too many jobs wait, and while it is down (<see cref="Breaker"/>); nobody has to restart anything when
/// it is back. Thread safe.
/// </summary>
internal sealed partial class DatabaseServer : IAsyncDisposable
{
    private const int MostAttempts = 6;
    // Before the server may have given the connection up.
    private static readonly TimeSpan AskWhenIdleFor = TimeSpan.FromSeconds(Link.LeastSilence - 1);

    private readonly Lock _gate = new();
    private readonly string _connectionString;
    private readonly MySqlStorageOptions _options;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<SqlBatch>? _executing;
    private readonly BlockingCollection<Job> _writes;
    private readonly BlockingCollection<Job> _reads;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Breaker _breaker;
    private readonly List<Thread> _threads = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    public DatabaseServer(
        string name, string connectionString, MySqlStorageOptions options, StoreMetrics metrics, TimeProvider clock, ILogger logger,
        Action<SqlBatch>? executing)
    {
        Name = name;
        _connectionString = connectionString;
        _options = options;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _executing = executing;
        _writes = new BlockingCollection<Job>(options.MostWaiting);
        _reads = new BlockingCollection<Job>(options.MostWaiting);
        _breaker = new Breaker(name, () => Open().Dispose(), options.ProbeEvery, clock, logger);
        Start("probe", 1, _breaker.Probe);
        Start("write", options.WriteThreads, () => Work(_writes));
        Start("read", options.ReadThreads, () => Work(_reads));
    }

    /// <summary>Host and port.</summary>
    public string Name { get; }

    /// <summary>Whether it does not answer.</summary>
    public bool IsDown => _breaker.Down is not null;

    /// <summary>Jobs that wait for a thread.</summary>
    public int Waiting => _writes.Count + _reads.Count;

    /// <summary>
    /// Reads; tried again on another connection when its own breaks. What the work leaves open of a transaction is ended after its answer
    /// was given.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The server is down, too many reads wait, or it answered with an error.</exception>
    public Task<T> ReadAsync<T>(Func<Link, T> read, CancellationToken cancellationToken) =>
        Add(_reads, new Job<T>((link, _) => read(link), cancellationToken) { Repeatable = true, Locks = false }, cancellationToken);

    /// <summary>
    /// Writes; completes when it is on disk. Tried again after a deadlock, and on another connection when its own breaks, unless it may have
    /// been committed and is not <paramref name="repeatable"/>. Cancelling counts only until it begins.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The server is down, too many writes wait, it answered with an error, or the answer was lost.
    /// </exception>
    public Task<T> WriteAsync<T>(Func<Link, int, T> write, bool repeatable, CancellationToken cancellationToken) =>
        Add(_writes, new Job<T>(write, cancellationToken) { Repeatable = repeatable, Locks = true }, cancellationToken);

    /// <summary>A connection beside those of the threads, for work that takes long. Blocks; not for the process' thread pool.</summary>
    /// <exception cref="MySqlFault">It could not be opened.</exception>
    public Link OpenLink(TimeSpan commandTimeout) => Link.Open(
        MySqlDriver.Prepare(_connectionString, _options.ConnectTimeout, commandTimeout, withDatabase: false), commandTimeout, _clock, _executing);

    /// <summary>Takes nothing on any more, finishes what was accepted and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopping.IsSet)
            {
                return;
            }

            _stopping.Set();
        }

        _writes.CompleteAdding();
        _reads.CompleteAdding();
        _breaker.Stop();
        await _stopped.Task;
        _breaker.Dispose();
        _writes.Dispose();
        _reads.Dispose();
        _stopping.Dispose();
    }

    private void Start(string what, int count, Action loop)
    {
        for (var i = 0; i < count; i++)
        {
            _running++;
            var thread = new Thread(() =>
            {
                loop();
                if (Interlocked.Decrement(ref _running) == 0)
                {
                    _stopped.TrySetResult();
                }
            })
            { IsBackground = true, Name = $"chat.store {what} {Name}" };
            _threads.Add(thread);
        }

        // All are counted before the first may end.
        if (_threads.Count == 1 + _options.WriteThreads + _options.ReadThreads)
        {
            _threads.ForEach(thread => thread.Start());
        }
    }

    private Task<T> Add<T>(BlockingCollection<Job> queue, Job<T> job, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        if (_breaker.Down is { } down)
        {
            return Task.FromException<T>(Unavailable(down));
        }

        try
        {
            if (queue.TryAdd(job))
            {
                return job.Completion;
            }
        }
        catch (Exception closed) when (closed is InvalidOperationException or ObjectDisposedException)
        {
            return Task.FromException<T>(new StoreUnavailableException("The store is closing."));
        }

        _metrics.JobRefused();
        return Task.FromException<T>(new StoreUnavailableException(
            $"{_options.MostWaiting} jobs wait for {Name} already; nothing was done."));
    }

    private void Work(BlockingCollection<Job> queue)
    {
        var place = new Place();
        foreach (var job in queue.GetConsumingEnumerable())
        {
            try
            {
                Run(job, place);
            }
            catch (Exception fault)
            {
                // A fault of this class: its caller must hear of it, and the thread must live on.
                Log.ThreadFault(_logger, Name, fault);
                job.Fail(new StoreUnavailableException("The store failed.", fault));
                place.Drop();
            }
        }

        place.Drop();
    }

    private void Run(Job job, Place place)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (attempt == 1 && job.IsCancelled)
            {
                job.Cancel();
                return;
            }

            if (_breaker.Down is { } down)
            {
                job.Fail(Unavailable(down));
                return;
            }

            try
            {
                job.Run(LinkOf(place), attempt);
                if (job.Locks)
                {
                    EndTransaction(place);
                }

                job.Complete();
                EndTransaction(place);
                return;
            }
            catch (MySqlFault fault)
            {
                if (!MayTryAgain(fault, job, place) || attempt == MostAttempts)
                {
                    if (fault.Kind is not (FaultKind.Unreachable or FaultKind.TimedOut))
                    {
                        // Of those the breaker tells, once for all who are caught by them.
                        Log.JobFailed(_logger, Name, fault.Kind, fault.Number, fault);
                    }

                    job.Fail(Unavailable(fault));
                    return;
                }

                _metrics.Retried(fault.Kind);
                Pause(fault.Kind, attempt);
            }
            catch (Exception fault)
            {
                // The caller's fault, or one of the store's own. What was written of it must not reach another's transaction.
                place.Drop();
                if (fault is not ArgumentException)
                {
                    Log.ThreadFault(_logger, Name, fault);
                }

                job.Fail(fault is ArgumentException ? fault : new StoreUnavailableException("The store failed.", fault));

                return;
            }
        }
    }

    /// <summary>Brings the connection in order after a fault; answers whether the job may run again.</summary>
    private bool MayTryAgain(MySqlFault fault, Job job, Place place)
    {
        switch (fault.Kind)
        {
            case FaultKind.Unreachable or FaultKind.TimedOut:
                place.Drop();
                Trip(fault);
                return false;

            case FaultKind.Lost:
                place.Drop();
                return !fault.OutcomeUnknown || job.Repeatable;

            default:
                if (place.Link is { } link && !link.TryRollback())
                {
                    place.Drop();
                }

                return fault.Kind is not FaultKind.Refused;
        }
    }

    private static void EndTransaction(Place place)
    {
        if (place.Link is { InTransaction: true } link && !link.TryRollback())
        {
            place.Drop();
        }
    }

    // Those who met on one lock should not meet there again; who lost a connection, or lost to another's key, may go on at once.
    private void Pause(FaultKind kind, int attempt)
    {
        if (kind is FaultKind.Deadlock or FaultKind.LockWait)
        {
            _stopping.Wait(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * 5 * (1 << attempt)));
        }
    }

    private Link LinkOf(Place place)
    {
        var generation = _breaker.Generation;
        if (place.Link is { } link
            && (place.Generation != generation || (_clock.GetElapsedTime(link.LastUsed) > AskWhenIdleFor && !link.TryPing())))
        {
            place.Drop();
        }

        if (place.Link is null)
        {
            place.Link = Open();
            place.Generation = generation;
        }

        return place.Link;
    }

    private Link Open() => Link.Open(_connectionString, _options.CommandTimeout, _clock, _executing);

    private void Trip(MySqlFault fault)
    {
        if (!_breaker.Trip(fault))
        {
            return;
        }

        foreach (var queue in new[] { _writes, _reads })
        {
            while (queue.TryTake(out var job))
            {
                job.Fail(Unavailable(fault));
            }
        }
    }

    private StoreUnavailableException Unavailable(MySqlFault fault) =>
        new(
            fault.OutcomeUnknown ? $"The answer of {Name} was lost: {fault.Message}"
                : fault.Kind is FaultKind.Refused ? $"{Name} refused: {fault.Message}"
                : $"{Name} does not answer: {fault.Message}",
            fault);

    /// <summary>A thread's connection.</summary>
    private sealed class Place
    {
        public Link? Link { get; set; }

        public int Generation { get; set; }

        public void Drop()
        {
            Link?.Dispose();
            Link = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A transaction on {Server} failed and was taken back, or its answer was lost ({Kind}, error {Number})")]
        public static partial void JobFailed(ILogger logger, string server, FaultKind kind, int number, Exception exception);

        [LoggerMessage(2, LogLevel.Critical, "A thread of the store for {Server} failed with a job")]
        public static partial void ThreadFault(ILogger logger, string server, Exception exception);
    }
}
