using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;

namespace Chat.Grains.Local;

/// <summary>Registration of the local grain host.</summary>
public static class LocalGrainServices
{
    /// <summary>
    /// Adds <see cref="IGrainFactory"/> with grains in this process, and their deactivation when the application stops. Register it before
    /// what calls grains, so that it stops after them. Options are checked when the application starts. Takes its time from
    /// <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddLocalGrains(this IServiceCollection services, Action<LocalGrainOptions> configure)
    {
        services.AddOptions<LocalGrainOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocalGrainOptions>, LocalGrainOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new GrainMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<LocalGrainHost>();
        services.TryAddSingleton<IGrainFactory>(static provider => provider.GetRequiredService<LocalGrainHost>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LocalGrainHost>(
            static provider => provider.GetRequiredService<LocalGrainHost>()));
        return services;
    }
}
