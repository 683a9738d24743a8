using Chat.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Workers;

/// <summary>Registration of the workers. Their options are bound by the host.</summary>
public static class WorkersHosting
{
    /// <summary>Makes <see cref="IIdSource"/> the one with a leased node number.</summary>
    public static IServiceCollection AddIdSource(this IServiceCollection services) => services
        .AddSingleton<IdSource>()
        .AddSingleton<IIdSource>(provider => provider.GetRequiredService<IdSource>())
        .AddSingleton<IHostedService>(provider => provider.GetRequiredService<IdSource>());

    /// <summary>Adds the housekeeping.</summary>
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) => services
        .AddSingleton<Housekeeping>()
        .AddSingleton<IHostedService>(provider => provider.GetRequiredService<Housekeeping>());
}
