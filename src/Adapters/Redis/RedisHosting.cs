using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Redis;

/// <summary>Registration of what is shared through Redis; <see cref="RedisOptions"/> must be bound.</summary>
public static class RedisHosting
{
    // What this process has by itself.
    private const string Own = "chat.own";

    /// <summary>Makes <see cref="IBackplane"/> the one over Redis, around the one registered before.</summary>
    public static IServiceCollection AddRedisBackplane(this IServiceCollection services)
    {
        services.AddRedisServers();
        services.AddAround<IBackplane>((provider, local) => new RedisBackplane(
            local, provider.GetRequiredService<RedisServers>(), provider.GetRequiredService<RedisMetrics>(),
            provider.GetRequiredService<ILogger<RedisBackplane>>()));
        return services;
    }

    /// <summary>Makes <see cref="IPresence"/> the one over Redis, in place of the one registered before.</summary>
    public static IServiceCollection AddRedisPresence(this IServiceCollection services)
    {
        services.AddRedisServers();
        services.RemoveAll<IPresence>();
        services.AddSingleton<RedisPresence>();
        services.AddSingleton<IPresence>(provider => provider.GetRequiredService<RedisPresence>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RedisPresence>());
        return services;
    }

    /// <summary>Makes <see cref="IRateLimiter"/> the one over Redis; the one registered before serves while Redis is away.</summary>
    public static IServiceCollection AddRedisRateLimiter(this IServiceCollection services)
    {
        services.AddRedisServers();
        services.AddAround<IRateLimiter>((provider, local) => new RedisRateLimiter(
            local, provider.GetRequiredService<RedisServers>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>
    /// Makes <see cref="ISessionCache"/> the one over Redis, around the one registered before. To be called after
    /// <see cref="AddRedisBackplane"/> when there is one.
    /// </summary>
    public static IServiceCollection AddRedisSessionCache(this IServiceCollection services)
    {
        services.AddRedisServers();
        services.AddAround<ISessionCache>((provider, own) => new RedisSessionCache(
            own, provider.GetRequiredService<SessionCacheLimits>(),
            provider.GetKeyedService<IBackplane>(Own) ?? provider.GetRequiredService<IBackplane>(),
            provider.GetRequiredService<RedisServers>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider => (RedisSessionCache)provider.GetRequiredService<ISessionCache>());
        return services;
    }

    /// <summary>Makes <see cref="IRecentMessages"/> the one in Redis, in place of the one registered before.</summary>
    public static IServiceCollection AddRedisRecentMessages(this IServiceCollection services)
    {
        services.AddRedisServers();
        services.RemoveAll<IRecentMessages>();
        return services.AddSingleton<IRecentMessages, RedisRecentMessages>();
    }

    private static void AddRedisServers(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(RedisServers)))
        {
            return;
        }

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisMetrics>();
        services.AddSingleton<RedisServers>();
        services.AddSingleton<IHealthPart>(provider => provider.GetRequiredService<RedisServers>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RedisServers>());
    }

    /// <summary>Replaces a port's registration by one that is given the former.</summary>
    private static void AddAround<TPort>(this IServiceCollection services, Func<IServiceProvider, TPort, TPort> make)
        where TPort : class
    {
        var former = services.Last(service => service.ServiceType == typeof(TPort));
        services.Remove(former);
        services.Add(former switch
        {
            { ImplementationType: { } type } => new ServiceDescriptor(typeof(TPort), Own, type, former.Lifetime),
            { ImplementationFactory: { } factory } => new ServiceDescriptor(typeof(TPort), Own, (provider, _) => factory(provider), former.Lifetime),
            _ => new ServiceDescriptor(typeof(TPort), Own, former.ImplementationInstance!),
        });
        services.AddSingleton(provider => make(provider, provider.GetRequiredKeyedService<TPort>(Own)));
    }
}
