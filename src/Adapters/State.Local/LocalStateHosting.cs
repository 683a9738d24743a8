using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.State.Local;

/// <summary>Registration of what one process keeps in its memory.</summary>
public static class LocalStateHosting
{
    /// <summary>Makes the ports those of this process alone. <see cref="SessionCacheLimits"/> are the host's to add.</summary>
    public static IServiceCollection AddLocalState(this IServiceCollection services) => services
        .AddSingleton<IPresence, LocalPresence>()
        .AddSingleton<IRecentMessages, LocalRecentMessages>()
        .AddSingleton<IRateLimiter, LocalRateLimiter>()
        .AddSingleton<ISessionCache, LocalSessionCache>();

    /// <summary>Puts <see cref="RecentRoomReader"/> around the <see cref="IRoomReader"/> registered before.</summary>
    public static IServiceCollection AddRecentRoomReader(this IServiceCollection services)
    {
        const string Store = "chat.store";
        var reader = services.Last(service => service.ServiceType == typeof(IRoomReader) && !service.IsKeyedService);
        services.Remove(reader);
        services.Add(reader switch
        {
            { ImplementationType: { } type } => new ServiceDescriptor(typeof(IRoomReader), Store, type, reader.Lifetime),
            { ImplementationFactory: { } factory } => new ServiceDescriptor(typeof(IRoomReader), Store, (provider, _) => factory(provider), reader.Lifetime),
            _ => new ServiceDescriptor(typeof(IRoomReader), Store, reader.ImplementationInstance!),
        });
        return services.AddSingleton<IRoomReader>(provider => new RecentRoomReader(
            provider.GetRequiredKeyedService<IRoomReader>(Store), provider.GetRequiredService<IRecentMessages>()));
    }
}
