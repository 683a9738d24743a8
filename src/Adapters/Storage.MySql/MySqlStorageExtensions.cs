using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Storage.MySql;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Upkeep;
using Chat.Storage.MySql.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the store for many processes to a host.</summary>
public static class MySqlStorageExtensions
{
    /// <summary>
    /// Adds all store ports, kept on the MySQL or MariaDB servers of section <c>Chat:MySql</c>, and the upkeep of their partitions and room
    /// lists. The servers are connected, and their schemas brought up to date, when the host starts or a port is first asked for, whichever
    /// comes first; a host that cannot use one of them does not start.
    /// </summary>
    public static IServiceCollection AddMySqlStorage(this IServiceCollection services, Action<MySqlStorageOptions>? configure = null)
    {
        var options = services.AddOptions<MySqlStorageOptions>()
            .BindConfiguration(MySqlStorageOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<IValidateOptions<MySqlStorageOptions>, MySqlStorageOptionsValidator>();
        services.AddMetrics();
        services.AddSingleton(provider => MySqlStore.Open(
            provider.GetRequiredService<IOptions<MySqlStorageOptions>>().Value,
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Chat.Storage.MySql")));
        services.AddSingleton<RoomLists>();
        services.AddSingleton<PartitionKeeper>();
        services.AddSingleton<IRoomStore, MySqlRoomStore>();
        services.AddSingleton<IRoomReader, MySqlRoomReader>();
        services.AddSingleton<IRoomDirectory, MySqlRoomDirectory>();
        services.AddSingleton<IUserStore, MySqlUserStore>();
        services.AddSingleton<ISessionStore, MySqlSessionStore>();
        services.AddSingleton<IOutbox, MySqlOutbox>();
        services.AddSingleton<INodeLeases, MySqlNodeLeases>();
        services.AddSingleton<IProtectionKeys, MySqlProtectionKeys>();
        services.AddSingleton<IShardMap, MySqlShardMap>();
        services.AddSingleton<IHostedService, MySqlUpkeep>();
        return services;
    }
}
