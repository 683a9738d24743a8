using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace Chat.Grains.Local.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task The_meter_counts_activations_calls_refusals_and_time_outs_by_class()
    {
        ConcurrentDictionary<string, long> sums = new(StringComparer.Ordinal);
        using var listener = new MeterListener();
        await using var host = new GrainTestHost(options => options.MailboxCapacity = 2);
        var meter = host.Host.Metrics.Meter;
        listener.InstrumentPublished = (instrument, watching) =>
        {
            if (instrument.Meter == meter)
            {
                watching.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            tags.Length.ShouldBe(1);
            sums.AddOrUpdate($"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value);
        });
        listener.Start();
        var grain = host.Get<ICallerGrain>();

        var hanging = grain.Hang("gate");
        var waiting = grain.Answer();
        await Should.ThrowAsync<LimitExceededException>(() => grain.Answer());
        await Bounded.Until(() => host.Probe.Log.Contains("hanging"), "the call's start");
        host.Time.Advance(TimeSpan.FromSeconds(6));
        await Should.ThrowAsync<TimeoutException>(hanging.Within("the time-out"));
        host.Probe.Gate("gate").SetResult();
        await waiting.Within("the call that waited");

        sums["chat.grains.calls CallerGrain"].ShouldBe(3);
        sums["chat.grains.refused CallerGrain"].ShouldBe(1);
        sums["chat.grains.timeouts CallerGrain"].ShouldBe(1);
        sums["chat.grains.activations CallerGrain"].ShouldBe(1);
        await host.Host.StopAsync(CancellationToken.None).Within("the stop");
        sums["chat.grains.activations CallerGrain"].ShouldBe(0);
    }

    [Fact]
    public async Task An_application_starts_with_grains_and_ends_them_when_it_stops()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<Probe>();
        builder.Services.AddLocalGrains(options => options.AddGrain<CounterGrain>());
        using var application = builder.Build();
        await application.StartAsync();

        (await application.Services.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>("a").Add(2)).ShouldBe(2);
        await application.StopAsync();

        application.Services.GetRequiredService<Probe>().Log.ShouldBe(["activate a", "deactivate a ShuttingDown"]);
    }

    [Fact]
    public async Task An_application_does_not_start_with_settings_that_cannot_work()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLocalGrains(options => (options.MailboxCapacity, options.SweepPeriod) = (0, TimeSpan.Zero));
        using var application = builder.Build();

        var refused = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => application.StartAsync());

        refused.Message.ShouldContain("MailboxCapacity must be at least 1");
        refused.Message.ShouldContain("SweepPeriod must be positive");
    }

    [Fact]
    public void A_class_that_is_no_grain_class_is_refused_by_name() => Should.Throw<InvalidOperationException>(
        () => new LocalGrainOptions().AddGrain<TurnsGrain>()).Message.ShouldContain(nameof(TurnsGrain));

    [Fact]
    public async Task An_interface_of_two_classes_needs_a_class_name()
    {
        await using var host = new GrainTestHost();

        Should.Throw<ArgumentException>(() => host.Get<ITurnsGrain>()).Message.ShouldContain(nameof(ReentrantTurnsGrain));
        (await host.Grains.GetGrain<ITurnsGrain>("a", typeof(PlainTurnsGrain).FullName).Overlaps()).ShouldBe(0);
        Should.Throw<ArgumentException>(() => host.Grains.GetGrain<ITurnsGrain>("a", "No.Such")).Message.ShouldContain("No registered grain class");
    }

    [Fact]
    public async Task A_grain_without_a_host_says_so()
    {
        var grain = new CounterGrain(new Probe());

        (await grain.Peek()).ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => grain.GetPrimaryKeyString()).Message.ShouldContain("outside of a grain host");
    }
}
