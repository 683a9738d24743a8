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
}
