using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Schema;
using Chat.Storage.MySql.Upkeep;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql;

/// <summary>What tests may look at and leave out.</summary>
internal sealed record MySqlSeams
{
    /// <summary>Sees every batch before it is sent.</summary>
    public Action<SqlBatch>? Executing { get; init; }

    /// <summary>Whether commits leave the users' lists to the sweeper, as if the process had ended between the two.</summary>
    public Func<bool> LeaveRoomLists { get; init; } = static () => false;
}

/// <summary>The servers of a configuration, with their schemas up to date. Thread safe. Dispose finishes what was accepted before it closes.</summary>
internal sealed partial class MySqlStore : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan StartRetry = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, DatabaseServer> _servers = new(StringComparer.Ordinal);

    private MySqlStore(MySqlStorageOptions options, IMeterFactory meters, TimeProvider clock, ILogger logger, MySqlSeams seams)
    {
        Options = options;
        Clock = clock;
        Logger = logger;
        Seams = seams;
        Metrics = new StoreMetrics(meters);
        Map = new StoreMap(options, ServerOf);
        Metrics.Observe(() => _servers.Values.Sum(s => s.Waiting), () => _servers.Values.Count(s => s.IsDown));
    }

    public MySqlStorageOptions Options { get; }

    public TimeProvider Clock { get; }

    public ILogger Logger { get; }

    public MySqlSeams Seams { get; }

    public StoreMetrics Metrics { get; }

    /// <summary>Where everything is.</summary>
    public StoreMap Map { get; }

    /// <summary>Brings the schemas up to this build, and opens the store.</summary>
    /// <exception cref="StoreUnavailableException">A server does not answer, or refuses.</exception>
    /// <exception cref="MySqlSchemaException">A database does not fit this build.</exception>
    public static MySqlStore Open(
        MySqlStorageOptions options, IMeterFactory meters, TimeProvider clock, ILogger logger, MySqlSeams? seams = null,
        IReadOnlyList<Migration>? migrations = null)
    {
        migrations ??= Migration.OfThisBuild();
        foreach (var (service, ranges) in new[] { (Service.Users, options.Users), (Service.Rooms, options.Rooms), (Service.Messages, options.Messages) })
        {
            IReadOnlyList<Migration> steps = [.. migrations.Where(m => m.Service == service)];
            foreach (var range in ranges.DistinctBy(r => r.ConnectionString))
            {
                Migrate(range.ConnectionString, options, steps, clock, logger);
            }
        }

        var store = new MySqlStore(options, meters, clock, logger, seams ?? new MySqlSeams());
        new PartitionKeeper(store).TryMakeAhead();
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        Metrics.Dispose();
    }

    public void Dispose()
    {
#pragma warning disable VSTHRD002 // A container disposes synchronously when it is told to; the servers' threads wait for nobody, so no deadlock.
        DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static void Migrate(
        string connectionString, MySqlStorageOptions options, IReadOnlyList<Migration> steps, TimeProvider clock, ILogger logger)
    {
        var address = MySqlDriver.AddressOf(connectionString);
        var started = clock.GetTimestamp();
        using var never = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                Migrator.Apply(connectionString, options, steps, clock);
                return;
            }
            catch (MySqlFault fault) when (IsNotThereYet(fault) && clock.GetElapsedTime(started) < options.StartTimeout)
            {
                Log.StartWaits(logger, address, fault.Message);
                never.Wait(StartRetry);
            }
            catch (MySqlFault fault)
            {
                throw new StoreUnavailableException(
                    $"{address} (database {MySqlDriver.DatabaseOf(connectionString)}) cannot be used: {fault.Message}", fault);
            }
        }
    }

    // What it answers to a wrong password or a missing privilege does not get better by waiting.
    private static bool IsNotThereYet(MySqlFault fault)
    {
        const int TooManyConnections = 1040, CannotConnect = 1042;
        return fault.Kind is FaultKind.Lost or FaultKind.TimedOut or FaultKind.Deadlock or FaultKind.LockWait
            || (fault.Kind is FaultKind.Unreachable && fault.Number is 0 or TooManyConnections or CannotConnect);
    }

    private DatabaseServer ServerOf(string connectionString)
    {
        var key = MySqlDriver.Prepare(connectionString, Options.ConnectTimeout, Options.CommandTimeout, withDatabase: false);
        if (!_servers.TryGetValue(key, out var server))
        {
            server = new DatabaseServer(MySqlDriver.AddressOf(connectionString), key, Options, Metrics, Clock, Logger, Seams.Executing);
            _servers.Add(key, server);
        }

        return server;
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "The start waits for {Server}: {Reason}")]
        public static partial void StartWaits(ILogger logger, string server, string reason);
    }
}
