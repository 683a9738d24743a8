using Chat.Abstractions;

namespace Chat.Testing.Specifications;

/// <summary>What every limiter does, within one process.</summary>
public abstract class RateLimiterSpecification
{
    protected abstract IRateLimiter Limiter { get; }

    /// <summary>Lets that much time go by, on the clock that the limiter goes by.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task A_bucket_gives_its_burst_and_then_as_much_as_flows_in()
    {
        // So slow that nothing flows in between two calls, also on a busy machine.
        var rule = new RateRule("a", 0.25, 3, 1000);
        (await TakenAsync(rule, 3)).ShouldBe(3);
        var refused = await Limiter.TakeAsync(rule, "key");
        refused.Allowed.ShouldBeFalse();
        refused.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(0.05), TimeSpan.FromSeconds(4));
        await PassAsync(refused.RetryAfter);
        (await TakenAsync(rule, 1)).ShouldBe(1);
    }

    [Fact]
    public async Task A_large_bucket_gives_its_burst_and_no_more()
    {
        var rule = new RateRule("a", 100, 1000, 1000);
        var begun = TimeProvider.System.GetTimestamp();
        var taken = await TakenAsync(rule, 3000);
        taken.ShouldBeInRange(1000, 1000 + (int)Math.Ceiling(100 * TimeProvider.System.GetElapsedTime(begun).TotalSeconds));
    }

    [Fact]
    public async Task Keys_and_kinds_do_not_touch_one_another()
    {
        var rule = new RateRule("a", 0.01, 1, 1000);
        (await Limiter.TakeAsync(rule, "one")).Allowed.ShouldBeTrue();
        (await Limiter.TakeAsync(rule, "one")).Allowed.ShouldBeFalse();
        (await Limiter.TakeAsync(rule, "two")).Allowed.ShouldBeTrue();
        (await Limiter.TakeAsync(rule with { Kind = "b" }, "one")).Allowed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.01, 1, 2)]
    [InlineData(10, 100, 1)]
    public async Task A_returned_token_can_be_taken_again_but_never_beyond_the_burst(double perSecond, int burst, int returns)
    {
        var rule = new RateRule("a", perSecond, burst, 1000);
        (await Limiter.TakeAsync(rule, "key")).Allowed.ShouldBeTrue();
        for (var i = 0; i < returns; i++)
        {
            await Limiter.ReturnAsync(rule, "key");
        }

        var begun = TimeProvider.System.GetTimestamp();
        var taken = await TakenAsync(rule, burst * 2);
        taken.ShouldBeInRange(burst, burst + (int)Math.Ceiling(perSecond * TimeProvider.System.GetElapsedTime(begun).TotalSeconds));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task Under_contention_no_token_is_given_twice(int burst)
    {
        var rule = new RateRule("a", 0.01, burst, 1000);
        var allowed = 0;
        await Parallel.ForAsync(0, burst * 3, async (_, _) =>
        {
            if ((await Limiter.TakeAsync(rule, "key")).Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        });
        allowed.ShouldBe(burst);
    }

    private async Task<int> TakenAsync(RateRule rule, int calls)
    {
        var taken = 0;
        for (var i = 0; i < calls; i++)
        {
            taken += (await Limiter.TakeAsync(rule, "key")).Allowed ? 1 : 0;
        }

        return taken;
    }
}
