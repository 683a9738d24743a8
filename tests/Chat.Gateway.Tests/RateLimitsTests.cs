using System.Diagnostics.Metrics;
using Chat.Gateway.Limits;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Tests;

public sealed class RateLimitsTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_bucket_gives_its_burst_and_then_as_much_as_flows_in()
    {
        var limits = Make(perSecond: 2, burst: 3);
        for (var i = 0; i < 3; i++)
        {
            limits.Take(RateKind.Send, "a").Allowed.ShouldBeTrue();
        }

        var refused = limits.Take(RateKind.Send, "a");
        refused.Allowed.ShouldBeFalse();
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        limits.Take(RateKind.Send, "a").Allowed.ShouldBeTrue();
        limits.Take(RateKind.Send, "a").Allowed.ShouldBeFalse();
    }

    [Fact]
    public void Refusals_are_counted_by_kind()
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

        limits.Take(RateKind.Send, "a");
        limits.Take(RateKind.Send, "a");
        limits.Take(RateKind.FailedUser, "a");
        limits.Take(RateKind.FailedUser, "a");

        kinds.ShouldBe(["send", "failedUser"]);
    }

    [Fact]
    public void Keys_and_kinds_do_not_touch_one_another()
    {
        var limits = Make(perSecond: 1, burst: 1);
        limits.Take(RateKind.Send, "a").Allowed.ShouldBeTrue();
        limits.Take(RateKind.Send, "a").Allowed.ShouldBeFalse();
        limits.Take(RateKind.Send, "b").Allowed.ShouldBeTrue();
        limits.Take(RateKind.Call, "a").Allowed.ShouldBeTrue();
    }

    [Fact]
    public void A_returned_token_can_be_taken_again_but_never_beyond_the_burst()
    {
        var limits = Make(perSecond: 1, burst: 1);
        limits.Take(RateKind.FailedUser, "a").Allowed.ShouldBeTrue();
        limits.Return(RateKind.FailedUser, "a");
        limits.Return(RateKind.FailedUser, "a");
        limits.Take(RateKind.FailedUser, "a").Allowed.ShouldBeTrue();
        limits.Take(RateKind.FailedUser, "a").Allowed.ShouldBeFalse();
    }

    [Fact]
    public void A_flood_of_keys_takes_bounded_room_and_shares_what_is_left()
    {
        var limits = Make(perSecond: 1, burst: 1, buckets: 10);
        var allowed = Enumerable.Range(0, 1000).Count(i => limits.Take(RateKind.Anonymous, $"key {i}").Allowed);
        allowed.ShouldBe(11);
        limits.Count.ShouldBe(10);

        _clock.Advance(TimeSpan.FromSeconds(2));
        limits.Take(RateKind.Anonymous, "later").Allowed.ShouldBeTrue();
        limits.Count.ShouldBe(1);
    }

    [Fact]
    public void Under_contention_no_token_is_given_twice()
    {
        var limits = Make(perSecond: 1, burst: 1000);
        var allowed = 0;
        Parallel.For(0, 5000, _ =>
        {
            if (limits.Take(RateKind.Send, "a").Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        });
        allowed.ShouldBe(1000);
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
        return new RateLimits(Options.Create(options), _clock, _services.GetRequiredService<IMeterFactory>());
    }
}
