namespace Chat.Grains.Local.Tests;

public sealed class GrainTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_timer_ticks_when_due_and_then_each_period()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(5 * Second, 2 * Second, interleave: false, keepAlive: false);

        host.Time.Advance(4 * Second);
        (await grain.Ticks()).ShouldBe(0);
        host.Time.Advance(Second);
        await Ticked(host, 1);
        await SetAgain(host);
        host.Time.Advance(2 * Second);
        await Ticked(host, 2);
    }

    [Fact]
    public async Task A_timer_without_a_period_ticks_once()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(Second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);

        host.Time.Advance(Second);
        await Ticked(host, 1);
        host.Time.Advance(100 * Second);

        (await grain.Ticks()).ShouldBe(1);
    }

    [Fact]
    public async Task A_tick_waits_for_the_call_that_runs()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(Second, Second, interleave: false, keepAlive: false);

        var holding = grain.Hold("gate");
        host.Time.Advance(Second);
        (await grain.Ticks()).ShouldBe(0);
        host.Probe.Gate("gate").SetResult();

        await holding.Within("the call");
        await Ticked(host, 1);
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(Second, Second, interleave: true, keepAlive: false);

        var holding = grain.Hold("gate");
        host.Time.Advance(Second);
        await Ticked(host, 1);
        host.Probe.Gate("gate").SetResult();

        await holding.Within("the call");
    }

    [Fact]
    public async Task A_tick_never_runs_beside_itself_and_the_period_counts_from_its_end()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.HoldTicks();
        await grain.Start(Second, Second, interleave: true, keepAlive: false);

        host.Time.Advance(Second);
        await Ticked(host, 1);
        host.Time.Advance(10 * Second);
        (await grain.Ticks()).ShouldBe(1);
        host.Probe.Gate("ticks").SetResult();
        await Bounded.Until(() => host.Probe.Log.Contains("tick"), "the end of the first tick");
        await grain.Hold("open at once").ContinueWhenOpened(host, "open at once");
        (await grain.Ticks()).ShouldBe(1);
        host.Time.Advance(Second);

        await Ticked(host, 2);
    }

    [Fact]
    public async Task A_tick_that_throws_does_not_stop_the_timer()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.FailTicks();
        await grain.Start(Second, Second, interleave: false, keepAlive: false);

        for (var tick = 1; tick <= 3; tick++)
        {
            host.Time.Advance(Second);
            await Ticked(host, tick);
            await grain.Hold("open").ContinueWhenOpened(host, "open");
        }
    }

    [Fact]
    public async Task A_changed_timer_keeps_the_new_times_and_a_disposed_one_is_silent()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(Second, Second, interleave: false, keepAlive: false);
        await grain.Change(10 * Second, 3 * Second);

        host.Time.Advance(9 * Second);
        (await grain.Ticks()).ShouldBe(0);
        host.Time.Advance(Second);
        await Ticked(host, 1);
        await grain.Hold("open").ContinueWhenOpened(host, "open");
        host.Time.Advance(3 * Second);
        await Ticked(host, 2);
        await grain.Stop();
        host.Time.Advance(100 * Second);

        (await grain.Ticks()).ShouldBe(2);
    }

    [Fact]
    public async Task Timers_end_with_their_activation()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ITimerGrain>();
        await grain.Start(Second, Second, interleave: false, keepAlive: false);

        await grain.End();
        await Bounded.Until(() => host.Host.MailboxCount == 0, "the end of the activation");
        host.Time.Advance(10 * Second);

        (await grain.Ticks()).ShouldBe(0);
        host.Probe.Log.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_timer_that_says_so_keeps_its_grain_from_being_idle(bool keepAlive)
    {
        await using var host = new GrainTestHost(options => options.CollectionAge = 60 * Second);
        await host.Get<ITimerGrain>().Start(25 * Second, 25 * Second, interleave: false, keepAlive);

        for (var tick = 1; tick <= 2; tick++)
        {
            host.Time.Advance(25 * Second);
            await Ticked(host, tick);
            await SetAgain(host);
        }

        host.Time.Advance(11 * Second);
        if (keepAlive)
        {
            host.Time.Advance(14 * Second);
            await Ticked(host, 3);
        }
        else
        {
            await Bounded.Until(() => host.Host.MailboxCount == 0, "the end of the idle grain");
        }
    }

    private static Task Ticked(GrainTestHost host, int tick) => host.Probe.Gate($"tick {tick}").Task.Within($"tick {tick}");

    private static Task SetAgain(GrainTestHost host) =>
        Bounded.Until(() => host.Time.TimersSet == 2, "the grain's timer, set again, beside the sweep's");
}
