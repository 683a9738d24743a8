using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;

namespace Chat.Grains.Local.Tests;

/// <summary>A grain host of one test with all test grains, on a clock that the test moves.</summary>
public sealed class GrainTestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public GrainTestHost(Action<LocalGrainOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(time ?? Time);
        services.AddSingleton<Probe>();
        services.AddScoped<ScopedThing>();
        services.AddSingleton<Tally>();
        services.AddLocalGrains(options =>
        {
            options.AddGrainAssembly(typeof(GrainTestHost).Assembly);
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public ManualTimeProvider Time { get; } = new();

    public Probe Probe => _services.GetRequiredService<Probe>();

    public Tally Tally => _services.GetRequiredService<Tally>();

    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    internal LocalGrainHost Host => _services.GetRequiredService<LocalGrainHost>();

    public T Get<T>(string key = "a")
        where T : IGrainWithStringKey => Grains.GetGrain<T>(key);

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
    }
}

/// <summary>A service with the life of an activation.</summary>
public sealed class ScopedThing(Probe probe) : IDisposable
{
    public void Dispose() => probe.Say("scope disposed");
}
