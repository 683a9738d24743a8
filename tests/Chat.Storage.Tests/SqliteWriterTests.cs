using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.Sqlite;

namespace Chat.Storage.Tests;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SqliteFile _file = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _file.DisposeAsync().AsTask();

    [Fact]
    public async Task What_waits_shares_one_transaction()
    {
        var database = Open();
        using var measured = new Measured(_file.Meters[^1]);
        using var held = HeldWriter.Hold(database);
        var jobs = Enumerable.Range(0, 50).Select(i => InsertAsync(database, i)).ToList();
        measured.Gauge("chat.store.queue.length").ShouldBe(50);

        await held.ReleaseAsync();
        await Task.WhenAll(jobs).WaitAsync(Patience);

        measured.Of("chat.store.transaction.jobs").ShouldBe([1, 50]);
        measured.Of("chat.store.transactions").ShouldBe([1, 1]);
        measured.Of("chat.store.commit.duration").Count.ShouldBe(2);
        measured.Gauge("chat.store.queue.length").ShouldBe(0);
        measured.Tags.ShouldBe(["outcome=committed"]);
        (await CountAsync(database)).ShouldBe(50);
    }

    [Fact]
    public async Task A_job_that_fails_takes_only_itself_back()
    {
        var database = Open();
        using var held = HeldWriter.Hold(database);
        var before = InsertAsync(database, 1);
        var failing = database.WriteAsync<bool>(
            handle =>
            {
                Insert(handle, 2);
                throw new FormatException("The job's own fault.");
            },
            CancellationToken.None);
        var refused = database.WriteAsync(
            handle =>
            {
                Insert(handle, 3);
                Insert(handle, 1);
                return true;
            },
            CancellationToken.None);
        var after = InsertAsync(database, 4);
        await held.ReleaseAsync();

        await before.WaitAsync(Patience);
        await after.WaitAsync(Patience);
        await Should.ThrowAsync<FormatException>(() => failing.WaitAsync(Patience));
        (await Should.ThrowAsync<StoreUnavailableException>(() => refused.WaitAsync(Patience))).InnerException.ShouldBeOfType<SqliteFault>();
        (await ValuesAsync(database)).ShouldBe([1, 4]);
    }

    [Fact]
    public async Task A_transaction_that_is_lost_fails_all_its_jobs_and_the_next_one_works()
    {
        var database = Open();
        using var measured = new Measured(_file.Meters[^1]);
        using var held = HeldWriter.Hold(database);
        var jobs = new List<Task>
        {
            InsertAsync(database, 1),
            // What SQLite does by itself after some I/O errors.
            database.WriteAsync(
                handle =>
                {
                    handle.Run("ROLLBACK");
                    return true;
                },
                CancellationToken.None),
            InsertAsync(database, 2),
        };
        await held.ReleaseAsync();

        foreach (var job in jobs)
        {
            await Should.ThrowAsync<StoreUnavailableException>(() => job.WaitAsync(Patience));
        }

        await InsertAsync(database, 3).WaitAsync(Patience);
        (await ValuesAsync(database)).ShouldBe([3]);
        measured.Tags.ShouldBe(["outcome=committed", "outcome=failed", "outcome=committed"]);
    }

    [Fact]
    public async Task More_than_the_bound_is_refused_at_once_and_harms_nothing()
    {
        var database = Open(options => options.MostWaitingWrites = 2);
        using var measured = new Measured(_file.Meters[^1]);
        using var held = HeldWriter.Hold(database);
        var accepted = new[] { InsertAsync(database, 1), InsertAsync(database, 2) };

        var refused = InsertAsync(database, 3);

        refused.IsCompleted.ShouldBeTrue();
        await Should.ThrowAsync<StoreUnavailableException>(() => refused);
        await held.ReleaseAsync();
        await Task.WhenAll(accepted).WaitAsync(Patience);
        await InsertAsync(database, 4).WaitAsync(Patience);
        (await ValuesAsync(database)).ShouldBe([1, 2, 4]);
        measured.Of("chat.store.jobs.refused").ShouldBe([1]);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_has_written_nothing()
    {
        var database = Open();
        using var held = HeldWriter.Hold(database);
        using var giveUp = new CancellationTokenSource();
        var stays = InsertAsync(database, 1);
        var leaves = InsertAsync(database, 2, giveUp.Token);

        await giveUp.CancelAsync();
        await held.ReleaseAsync();

        await stays.WaitAsync(Patience);
        await Should.ThrowAsync<OperationCanceledException>(() => leaves.WaitAsync(Patience));
        await Should.ThrowAsync<OperationCanceledException>(() => InsertAsync(database, 3, giveUp.Token));
        (await ValuesAsync(database)).ShouldBe([1]);
    }

    [Fact]
    public async Task Closing_writes_what_was_accepted_and_refuses_the_rest()
    {
        var database = Open();
        using var held = HeldWriter.Hold(database);
        var accepted = Enumerable.Range(0, 10).Select(i => InsertAsync(database, i)).ToList();

        var closing = database.DisposeAsync().AsTask();
        await Should.ThrowAsync<StoreUnavailableException>(() => InsertAsync(database, 99));
        closing.IsCompleted.ShouldBeFalse();
        await held.ReleaseAsync();
        await closing.WaitAsync(Patience);

        await Task.WhenAll(accepted).WaitAsync(Patience);
        await Should.ThrowAsync<StoreUnavailableException>(() => ValuesAsync(database));
        new FileInfo(_file.Path + "-wal").Exists.ShouldBeFalse("The write-ahead log was not moved into the file.");
        (await ValuesAsync(Open())).ShouldBe([.. Enumerable.Range(0, 10)]);
    }

    [Fact]
    public async Task Callers_go_on_beside_the_writers_thread()
    {
        var database = Open();
        var writer = await database.WriteAsync(_ => Environment.CurrentManagedThreadId, CancellationToken.None);

        for (var i = 0; i < 20; i++)
        {
            await InsertAsync(database, i).WaitAsync(Patience);
            Environment.CurrentManagedThreadId.ShouldNotBe(writer);
        }
    }

    private SqliteDatabase Open(Action<SqliteStorageOptions>? configure = null)
    {
        var migrations = SqliteMigration.OfThisBuild();
        return _file.Open(configure, [.. migrations, new SqliteMigration(migrations[^1].Number + 1, "probe", "CREATE TABLE IF NOT EXISTS outbox_probe (value INTEGER PRIMARY KEY)")]);
    }

    private static Task<bool> InsertAsync(SqliteDatabase database, int value, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                Insert(handle, value);
                return true;
            },
            cancellationToken);

    private static void Insert(SqliteHandle handle, int value) => handle.Prepare("INSERT INTO outbox_probe (value) VALUES (?)").Bind(value).Execute();

    private static async Task<int> CountAsync(SqliteDatabase database) => (await ValuesAsync(database)).Count;

    private static Task<List<int>> ValuesAsync(SqliteDatabase database) =>
        database.ReadAsync(
            handle =>
            {
                var values = new List<int>();
                var rows = handle.Prepare("SELECT value FROM outbox_probe ORDER BY value");
                while (rows.Step())
                {
                    values.Add(rows.Int(0));
                }

                return values;
            },
            CancellationToken.None);

    /// <summary>What a meter measured.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value)> _values = new();

        public Measured(Meter meter)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public ConcurrentQueue<string> AllTags { get; } = new();

        /// <summary>The tags, where they changed.</summary>
        public List<string> Tags => [.. AllTags.Where((tag, i) => i == 0 || AllTags.ElementAt(i - 1) != tag)];

        public List<double> Of(string name) => [.. _values.Where(v => v.Name == name).Select(v => v.Value)];

        public double Gauge(string name)
        {
            _listener.RecordObservableInstruments();
            return Of(name)[^1];
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            _values.Enqueue((instrument.Name, value));
            foreach (var (key, tag) in tags)
            {
                AllTags.Enqueue($"{key}={tag}");
            }
        }
    }
}
