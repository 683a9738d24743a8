namespace Chat.Grains.Local.Tests;

public sealed class TurnTests
{
    [Fact]
    public async Task Calls_of_a_grain_never_run_between_one_anothers_awaits()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>();

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => counter.Add(1)))).Within("1,000 additions");

        (await counter.Peek()).ShouldBe(1_000);
    }

    [Fact]
    public async Task A_call_starts_only_when_the_one_before_has_ended()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>();

        var first = counter.AddSlowly(1, "first");
        var second = counter.AddSlowly(2, "second");
        host.Probe.Gate("second").SetResult();
        host.Probe.Gate("first").SetResult();
        await Task.WhenAll(first, second).Within("both calls");

        host.Probe.Log.ShouldBe(["activate a", "begin 1", "end 1", "begin 2", "end 2"]);
    }

    [Fact]
    public async Task An_interleaving_call_is_answered_while_another_runs()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>();

        var slow = counter.AddSlowly(1, "gate");
        (await counter.Peek().Within("the interleaving call")).ShouldBe(0);
        host.Probe.Gate("gate").SetResult();

        (await slow.Within("the slow call")).ShouldBe(1);
    }

    [Fact]
    public async Task Interfaces_of_one_class_reach_one_activation()
    {
        await using var host = new GrainTestHost();

        var instance = await host.Get<ICounterGrain>().Instance();

        (await host.Get<ICounterAdminGrain>().Instance()).ShouldBe(instance);
        (await host.Get<ICounterGrain>("b").Instance()).ShouldNotBe(instance);
    }

    [Fact]
    public async Task Value_tasks_are_answered_with_and_without_an_await_in_the_grain()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>();

        (await counter.AddFast(2)).ShouldBe(2);
        await counter.Reset();

        (await counter.AddFast(3)).ShouldBe(3);
    }

    [Fact]
    public async Task Code_stays_on_its_scheduler_and_alone_after_every_kind_of_await()
    {
        await using var host = new GrainTestHost();
        foreach (var grain in new ITurnsGrain[] { host.Get<IPlainTurnsGrain>(), host.Get<IReentrantTurnsGrain>() })
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(grain.Wander))).Within("200 wandering calls");
            await grain.StartNewStays();

            (await grain.Overlaps()).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave_at_awaits()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<IReentrantTurnsGrain>();

        await Task.WhenAll(grain.Meet("one", "two"), grain.Meet("two", "one")).Within("two calls that wait for one another");
    }

    [Fact]
    public async Task Read_only_calls_in_a_row_interleave_but_not_with_others()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ICallerGrain>();

        var reads = Task.WhenAll(grain.Read("one", "two"), grain.Read("two", "three"));
        await host.Probe.Gate("two").Task.Within("the second read, beside the first");
        var answer = grain.Answer();
        await host.Get<ICallerGrain>("b").Answer();
        answer.IsCompleted.ShouldBeFalse("a call that is not read-only waits for the reads");
        host.Probe.Gate("three").SetResult();

        await reads.Within("the reads");
        (await answer.Within("the other call")).ShouldBe(42);
    }

    [Fact]
    public async Task Neither_interleaving_calls_nor_others_starve_one_another()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>();
        using var enough = new CancellationTokenSource();

        var flood = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => counter.Peek()));
            }
        })));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => counter.Add(1))).Within("100 calls beside a flood of interleaving ones");
        await enough.CancelAsync();
        await flood.Within("the flood");

        (await counter.Peek()).ShouldBe(100);
    }

    [Fact]
    public async Task The_callers_context_flows_in_and_the_grains_does_not_flow_out()
    {
        await using var host = new GrainTestHost();
        CallerGrain.Ambient.Value = "the caller's";
        using var activity = new System.Diagnostics.Activity("call").Start();

        (await host.Get<ICallerGrain>().Flow()).ShouldBe("the caller's");

        CallerGrain.Ambient.Value.ShouldBe("the caller's");
        CallerGrain.Ambient.Value = null;
        (await host.Get<ICallerGrain>().Flow()).ShouldBeNull();
    }

    [Fact]
    public async Task A_grain_that_calls_another_resumes_on_its_own_scheduler()
    {
        await using var host = new GrainTestHost();

        await host.Get<ICallerGrain>("a").SchedulersStay("b").Within("the call");
    }
}
