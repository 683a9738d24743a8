using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.State.Local;

/// <summary>Registration of what one process keeps in its memory.</summary>
public static class LocalStateHosting
{
    /// <summary>Makes the ports those of this process alone.</summary>
    public static IServiceCollection AddLocalState(this IServiceCollection services) => services
        .AddSingleton<IPresence, LocalPresence>()
        .AddSingleton<IRateLimiter, LocalRateLimiter>();
}
