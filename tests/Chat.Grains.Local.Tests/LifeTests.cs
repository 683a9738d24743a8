using Orleans.Runtime;

namespace Chat.Grains.Local.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task A_grain_knows_its_key_and_services_from_its_constructor_on()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ILifeGrain>("key");

        (await grain.Hello()).ShouldBe("key key LifeGrain/key");
        (await grain.ScopeIsOwn()).ShouldBeTrue();
    }

    [Fact]
    public async Task Calls_that_come_while_an_activation_ends_go_to_a_fresh_one_after_it()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ILifeGrain>();

        await grain.End();
        var late = grain.Hello();
        await Bounded.Until(() => host.Probe.Log.Contains("ending ApplicationRequested"), "the end of the activation");
        late.IsCompleted.ShouldBeFalse("the first activation has not ended");
        host.Probe.Gate("end").SetResult();

        await late.Within("the call in the fresh activation");
        host.Probe.Log.ShouldBe(["ending ApplicationRequested", "ended", "scope disposed"]);
    }

    [Fact]
    public async Task Deactivation_waits_for_the_calls_that_run()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ILifeGrain>();
        host.Probe.Gate("end").SetResult();

        var staying = grain.EndAndStay("gate");
        var late = grain.Hello();
        await Bounded.Until(() => host.Probe.Log.Contains("staying"), "the call");
        await host.Get<ILifeGrain>("b").Hello();
        host.Probe.Log.ShouldBe(["staying"]);
        host.Probe.Gate("gate").SetResult();

        await staying.Within("the call that ran");
        await late.Within("the call that waited");
        host.Probe.Log.ShouldBe(["staying", "ending ApplicationRequested", "ended", "scope disposed"]);
    }

    [Fact]
    public async Task An_end_that_fails_still_ends()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ILifeGrain>();

        await grain.ThrowWhenEnding();

        await grain.Hello().Within("the fresh activation");
        host.Probe.Log.ShouldBe(["ending ApplicationRequested", "scope disposed"]);
    }

    [Fact]
    public async Task An_end_that_hangs_is_told_to_hurry()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ILifeGrain>();

        await grain.End();
        await Bounded.Until(() => host.Probe.Log.Contains("ending ApplicationRequested"), "the end of the activation");
        var late = grain.Hello();
        host.Time.Advance(TimeSpan.FromSeconds(29));
        late.IsCompleted.ShouldBeFalse();
        host.Time.Advance(TimeSpan.FromSeconds(1));

        await late.Within("the fresh activation");
        host.Probe.Log.ShouldBe(["ending ApplicationRequested", "scope disposed"]);
    }

    [Fact]
    public async Task A_grain_that_nobody_calls_for_the_collection_age_ends()
    {
        await using var host = new GrainTestHost(options => options.CollectionAge = TimeSpan.FromMinutes(10));
        host.Probe.Gate("end").SetResult();
        await host.Get<ILifeGrain>().Hello();

        host.Time.Advance(TimeSpan.FromMinutes(9));
        await host.Get<ILifeGrain>().Hello();
        host.Time.Advance(TimeSpan.FromMinutes(9));
        host.Probe.Log.ShouldBeEmpty();
        host.Time.Advance(TimeSpan.FromMinutes(2));

        await Bounded.Until(() => host.Host.MailboxCount == 0, "the end of the idle grain");
        host.Probe.Log.ShouldBe(["ending ActivationIdle", "ended", "scope disposed"]);
    }

    [Fact]
    public async Task A_grain_with_a_running_call_is_not_idle()
    {
        await using var host = new GrainTestHost(options => options.ResponseTimeout = TimeSpan.FromHours(5));
        var slow = host.Get<ICounterGrain>().AddSlowly(1, "gate");
        await Bounded.Until(() => host.Probe.Log.Contains("begin 1"), "the call's start");

        host.Time.Advance(TimeSpan.FromHours(1));
        host.Probe.Gate("gate").SetResult();

        (await slow.Within("the slow call")).ShouldBe(1);
        (await host.Get<ICounterGrain>().Peek()).ShouldBe(1);
    }

    [Fact]
    public async Task Delaying_deactivation_outlasts_the_collection_age_and_can_be_taken_back()
    {
        await using var host = new GrainTestHost(options => options.CollectionAge = TimeSpan.FromMinutes(10));
        host.Probe.Gate("end").SetResult();
        await host.Get<ILifeGrain>().Delay(TimeSpan.FromHours(1));

        host.Time.Advance(TimeSpan.FromMinutes(30));
        await host.Get<ICounterGrain>().Peek();
        host.Probe.Log.ShouldNotContain("ending ActivationIdle");
        await host.Get<ILifeGrain>().Delay(TimeSpan.FromSeconds(-1));
        host.Time.Advance(TimeSpan.FromMinutes(11));

        await Bounded.Until(() => host.Host.MailboxCount == 0, "the end of the idle grains");
        host.Probe.Log.ShouldContain("ending ActivationIdle");
    }

    [Fact]
    public async Task A_failing_activation_fails_those_who_wait_and_the_next_call_tries_again()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ISlowStartGrain>("1");

        var calls = Enumerable.Range(0, 3).Select(_ => grain.Hello()).ToArray();
        host.Probe.Gate("activate").SetResult();
        foreach (var call in calls)
        {
            var fault = await Should.ThrowAsync<GrainFaultException>(call.Within("the failure"));
            fault.Message.ShouldBe("no activation");
        }

        (await grain.Hello().Within("the second activation")).ShouldBe(2);
        host.Probe.Log.ShouldBe(["activating", "activating"]);
    }

    [Fact]
    public async Task An_activation_that_hangs_is_cancelled()
    {
        await using var host = new GrainTestHost(options => options.LifecycleTimeout = TimeSpan.FromSeconds(10));

        var call = host.Get<ISlowStartGrain>("0").Hello();
        await Bounded.Until(() => host.Probe.Log.Contains("activating"), "the activation's start");
        host.Time.Advance(TimeSpan.FromSeconds(10));

        await Should.ThrowAsync<OperationCanceledException>(call.Within("the failure"));
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_the_callers()
    {
        await using var host = new GrainTestHost();

        await Should.ThrowAsync<GrainFaultException>(host.Get<IBrokenGrain>().Hello().Within("the failure"));
        await Should.ThrowAsync<GrainFaultException>(host.Get<IBrokenGrain>().Hello().Within("the second failure"));
        await Bounded.Until(() => host.Host.MailboxCount == 0, "the end of the mailbox");
    }

    [Fact]
    public async Task Stopping_ends_every_activation_and_finishes_what_runs()
    {
        await using var host = new GrainTestHost();
        host.Probe.Gate("end").SetResult();
        await host.Get<ILifeGrain>("a").Hello();
        await host.Get<ILifeGrain>("b").Hello();
        var slow = host.Get<ICounterGrain>().AddSlowly(5, "gate");
        await Bounded.Until(() => host.Probe.Log.Contains("begin 5"), "the call's start");

        var stop = host.Host.StopAsync(CancellationToken.None);
        stop.IsCompleted.ShouldBeFalse("a call runs");
        host.Probe.Gate("gate").SetResult();
        await stop.Within("the stop");

        (await slow).ShouldBe(5);
        host.Host.MailboxCount.ShouldBe(0);
        host.Probe.Log.Count(line => line == "ending ShuttingDown").ShouldBe(2);
        host.Probe.Log.ShouldContain("deactivate a ShuttingDown");
        var refused = await Should.ThrowAsync<SiloUnavailableException>(() => host.Get<ICounterGrain>().Peek());
        refused.Message.ShouldContain("CounterGrain/a was not begun");
    }

    [Fact]
    public async Task Stopping_gives_up_at_its_deadline_and_fails_what_is_left()
    {
        await using var host = new GrainTestHost();
        var slow = host.Get<ICounterGrain>().AddSlowly(5, "gate");
        var waiting = host.Get<ICounterGrain>().Add(1);
        await Bounded.Until(() => host.Probe.Log.Contains("begin 5"), "the call's start");

        var stop = host.Host.StopAsync(CancellationToken.None);
        host.Time.Advance(TimeSpan.FromSeconds(8));
        await stop.Within("the stop");

        (await Should.ThrowAsync<SiloUnavailableException>(slow)).Message.ShouldContain("its outcome is unknown");
        (await Should.ThrowAsync<SiloUnavailableException>(waiting)).Message.ShouldContain("before ICounterGrain.Add of CounterGrain/a was begun");
    }
}
