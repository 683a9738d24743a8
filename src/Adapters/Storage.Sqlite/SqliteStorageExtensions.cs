using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the embedded store to a host.</summary>
public static class SqliteStorageExtensions
{
    /// <summary>
    /// Adds all store ports, kept in one SQLite file (section <c>Chat:Sqlite</c>). The file is opened, and its schema brought up to date,
    /// when the host starts or a port is first asked for, whichever comes first; a host that cannot open it does not start.
    /// </summary>
    public static IServiceCollection AddSqliteStorage(this IServiceCollection services, Action<SqliteStorageOptions>? configure = null)
    {
        var options = services.AddOptions<SqliteStorageOptions>()
            .BindConfiguration(SqliteStorageOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<IValidateOptions<SqliteStorageOptions>, SqliteStorageOptionsValidator>();
        services.AddMetrics();
        services.AddSingleton(provider => SqliteDatabase.Open(
            provider.GetRequiredService<IOptions<SqliteStorageOptions>>().Value,
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Chat.Storage.Sqlite")));
        services.AddSingleton<IRoomStore, SqliteRoomStore>();
        services.AddSingleton<IRoomReader, SqliteRoomReader>();
        services.AddSingleton<IRoomDirectory, SqliteRoomDirectory>();
        services.AddSingleton<IUserStore, SqliteUserStore>();
        services.AddSingleton<ISessionStore, SqliteSessionStore>();
        services.AddSingleton<IOutbox, SqliteOutbox>();
        services.AddSingleton<INodeLeases, SqliteNodeLeases>();
        services.AddSingleton<IShardMap, SqliteShardMap>();
        services.AddSingleton<IHostedService, SqliteStartup>();
        return services;
    }

    // Asking for the database opens it: its faults belong to the start, not to the first call. It is closed with the container, after
    // everything that may still write.
    private sealed class SqliteStartup : IHostedService
    {
        public SqliteStartup(SqliteDatabase database)
        {
            ArgumentNullException.ThrowIfNull(database);
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
