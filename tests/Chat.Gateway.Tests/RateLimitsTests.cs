using System.Diagnostics.Metrics;
using Chat.Gateway.Limits;
using Chat.State.Local;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Tests;

public sealed class RateLimitsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Refusals_are_counted_by_kind()
    {
        var kinds = new List<object?>();
        using var listener = new MeterListener();
        var limits = Make(perSecond: 1, burst: 1);
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "chat.limits.refused" && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => kinds.Add(tags[0].Value));
        listener.Start();

        await limits.TakeAsync(RateKind.Send, "a");
        await limits.TakeAsync(RateKind.Send, "a");
        await limits.TakeAsync(RateKind.FailedUser, "a");
        await limits.TakeAsync(RateKind.FailedUser, "a");

        kinds.ShouldBe(["send", "failedUser"]);
    }

    [Fact]
    public async Task Each_kind_of_call_meets_its_own_limit_with_Retry_After()
    {
        await using var host = await GatewayHost.StartAsync(
            Limit("Send", 2), Limit("Call", 4), Limit("Anonymous", 3), Limit("SignIn", 2), Limit("Connect", 2));
        var user = await host.RegisterAsync();
        var room = (await host.PostAsync("/api/rooms", new { kind = "public", name = "x" }, user.Token)).String("roomId");

        await LimitedAfter(2, () => host.PostAsync($"/api/rooms/{room}/messages", new { clientId = Guid.NewGuid(), text = "x" }, user.Token));
        await LimitedAfter(3, () => host.GetAsync("/api/users/me", user.Token));
        await LimitedAfter(3, () => host.GetAsync("/api/users/me"));
        await LimitedAfter(1, () => host.PostAsync("/api/auth/login", new { username = "nobody", password = "12345678" }));
        await LimitedAfter(2, () => host.PostAsync("/hubs/chat/negotiate?negotiateVersion=1", token: user.Token));

        host.Clock.Advance(TimeSpan.FromSeconds(10));
        (await host.GetAsync("/api/users/me", user.Token)).Status.ShouldBe(200);

        static string Limit(string kind, int burst) => $"--Chat:RateLimits:{kind}:Burst={burst}";
    }

    private static async Task LimitedAfter(int calls, Func<Task<Reply>> call)
    {
        for (var i = 0; i < calls; i++)
        {
            (await call()).Status.ShouldNotBe(429);
        }

        var limited = await call();
        limited.ShouldBeProblem(429, "rate.limited");
        limited.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    private RateLimits Make(double perSecond, int burst, int buckets = 1000)
    {
        RateLimit Limit() => new() { PerSecond = perSecond, Burst = burst };
        var options = new RateLimitOptions
        {
            Send = Limit(),
            Call = Limit(),
            Anonymous = Limit(),
            FailedUser = Limit(),
            BucketsPerKind = buckets,
        };
        return new RateLimits(new LocalRateLimiter(new ManualTimeProvider()), Options.Create(options), _services.GetRequiredService<IMeterFactory>());
    }
}
