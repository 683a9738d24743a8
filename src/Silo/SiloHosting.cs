using Chat.Abstractions;
using Chat.Backplane.Local;
using Chat.Grains;
using Chat.Redis;
using Chat.State.Local;
using Chat.Storage.MySql;
using Chat.Storage.Sqlite;
using Chat.Workers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Chat.Silo;

/// <summary>Puts together grains, adapters and workers as the configuration says.</summary>
public static class SiloHosting
{
    /// <summary>
    /// Adds the grain host with the grains, the store (<c>Chat:Storage</c>), the backplane (<c>Chat:Backplane</c>) and the workers.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="data">Where embedded adapters keep what they keep; null when there are none (<see cref="IsEmbedded"/>).</param>
    /// <exception cref="SettingsException">The configuration names something that is not there.</exception>
    public static IHostApplicationBuilder AddSilo(this IHostApplicationBuilder builder, DataDirectory? data)
    {
        var configuration = builder.Configuration;
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddSetting("Chat:Storage")
            .AddSettings<ChatLimits>(configuration, ChatLimits.Section, options => options.Problems())
            .AddSettings<IdOptions>(configuration, IdOptions.Section, options => options.Problems())
            .AddSettings<HousekeepingOptions>(configuration, HousekeepingOptions.Section, options => options.Problems());
        // In the order in which they start; they stop the other way round, so that grains may still write when they end.
        AddStorage(
            builder.Services, StorageOf(configuration), data,
            configuration[$"{SqliteStorageOptions.Section}:{nameof(SqliteStorageOptions.Path)}"]);
        builder.Services.AddLocalBackplane();
        builder.Services.AddLocalState().AddRecentRoomReader();
        AddShared(builder.Services, configuration);
        builder.Services.AddIdSource();
        builder.Services.AddMetrics().AddSingleton<RoomMetrics>().AddSingleton<MentionNames>();
        builder.AddGrainHost();
        builder.Services.AddHousekeeping();
        return builder;
    }

    /// <summary>What to tell whoever started the host about a store that cannot be opened; null for other faults.</summary>
    public static string? Explain(Exception fault) =>
        fault is StoreUnavailableException or SqliteSchemaException or Storage.MySql.Schema.MySqlSchemaException ? fault.Message : null;

    /// <summary>Whether the store is a file of this process' own, in its data directory.</summary>
    public static bool IsEmbedded(IConfiguration configuration) => StorageOf(configuration) is "Sqlite";

    internal static string StorageOf(IConfiguration configuration) => configuration["Chat:Storage"] ?? "Sqlite";

    private static void AddStorage(IServiceCollection services, string name, DataDirectory? data, string? path)
    {
        switch (name)
        {
            case "Sqlite":
                services.AddSection<SqliteStorageOptions>(SqliteStorageOptions.Section);
                services.AddSqliteStorage(options => options.Path = path ?? Path.Combine(data!.Path, "chat.db"));
                break;
            case "MySql":
                services.AddSection<MySqlStorageOptions>(MySqlStorageOptions.Section);
                services.AddMySqlStorage();
                break;
            default:
                throw new SettingsException($"Chat:Storage is '{name}'; this build knows Sqlite and MySql.");
        }
    }

    /// <summary>What processes share: by default nothing, since there is one.</summary>
    private static void AddShared(IServiceCollection services, IConfiguration configuration)
    {
        var shares = false;
        foreach (var (key, alone, share) in new (string, string, Func<IServiceCollection, IServiceCollection>)[]
        {
            ("Chat:Backplane", "Local", RedisHosting.AddRedisBackplane),
            ("Chat:Presence", "Memory", RedisHosting.AddRedisPresence),
            ("Chat:SessionCache", "Memory", RedisHosting.AddRedisSessionCache),
            ("Chat:RateLimiter", "Memory", RedisHosting.AddRedisRateLimiter),
            ("Chat:RecentMessages", "Memory", RedisHosting.AddRedisRecentMessages),
        })
        {
            services.AddSetting(key);
            switch (configuration[key])
            {
                case "Redis":
                    share(services);
                    shares = true;
                    break;
                case { } name when name != alone:
                    throw new SettingsException($"{key} is '{name}'; this build knows {alone} and Redis.");
            }
        }

        if (shares)
        {
            services.AddSettings<RedisOptions>(configuration, RedisOptions.Section, options => options.Problems());
        }
    }
}
