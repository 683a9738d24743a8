using Chat.Abstractions;
using Chat.Testing;
using Chat.Testing.Specifications;

namespace Chat.State.Local.Tests;

public sealed class LocalRateLimiterTests : RateLimiterSpecification
{
    private readonly ManualTimeProvider _clock = new();
    private readonly LocalRateLimiter _limiter;

    public LocalRateLimiterTests() => _limiter = new LocalRateLimiter(_clock);

    protected override IRateLimiter Limiter => _limiter;

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_flows_in_is_counted_exactly()
    {
        var rule = new RateRule("a", 2, 1, 10);
        (await _limiter.TakeAsync(rule, "key")).Allowed.ShouldBeTrue();
        (await _limiter.TakeAsync(rule, "key")).ShouldBe(new RateDecision(false, TimeSpan.FromSeconds(0.5)));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        (await _limiter.TakeAsync(rule, "key")).Allowed.ShouldBeTrue();
        (await _limiter.TakeAsync(rule, "key")).Allowed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_flood_of_keys_takes_bounded_room_and_shares_what_is_left()
    {
        var rule = new RateRule("a", 1, 1, MostKeys: 10);
        var allowed = 0;
        for (var i = 0; i < 1000; i++)
        {
            allowed += (await _limiter.TakeAsync(rule, $"key {i}")).Allowed ? 1 : 0;
        }

        allowed.ShouldBe(11);
        _limiter.Count.ShouldBe(10);

        _clock.Advance(TimeSpan.FromSeconds(2));
        (await _limiter.TakeAsync(rule, "later")).Allowed.ShouldBeTrue();
        _limiter.Count.ShouldBe(1);
    }
}
