using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Backplane.Local;

/// <summary>Registration of the backplane of one process.</summary>
public static class LocalBackplaneHosting
{
    /// <summary>Makes <see cref="IBackplane"/> the one inside this process.</summary>
    public static IServiceCollection AddLocalBackplane(this IServiceCollection services) =>
        services.AddSingleton<IBackplane, LocalBackplane>();
}
