using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Redis;

/// <summary>Registration of what is shared through Redis; <see cref="RedisOptions"/> must be bound.</summary>
public static class RedisHosting
{
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
        var key = new object();
        var former = services.Last(service => service.ServiceType == typeof(TPort));
        services.Remove(former);
        services.Add(former switch
        {
            { ImplementationType: { } type } => new ServiceDescriptor(typeof(TPort), key, type, former.Lifetime),
            { ImplementationFactory: { } factory } => new ServiceDescriptor(typeof(TPort), key, (provider, _) => factory(provider), former.Lifetime),
            _ => new ServiceDescriptor(typeof(TPort), key, former.ImplementationInstance!),
        });
        services.AddSingleton(provider => make(provider, provider.GetRequiredKeyedService<TPort>(key)));
    }
}
