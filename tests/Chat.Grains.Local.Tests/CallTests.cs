using Orleans;
using Orleans.Runtime;

namespace Chat.Grains.Local.Tests;

public sealed class CallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exception_reaches_the_caller_as_it_was_thrown(bool atOnce)
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ICounterAdminGrain>();

        var fault = await Should.ThrowAsync<GrainFaultException>(() => atOnce ? grain.FailAtOnce("text") : grain.Fail("text"));

        fault.Message.ShouldBe("text");
        fault.StackTrace.ShouldNotBeNull().ShouldContain(atOnce ? "CounterGrain.FailAtOnce" : "CounterGrain.Fail");
        (await grain.Twice().Within("the next call")).ShouldBe(0);
    }

    [Fact]
    public async Task A_cancelled_task_of_the_grain_cancels_the_callers()
    {
        await using var host = new GrainTestHost();

        await Should.ThrowAsync<OperationCanceledException>(() => host.Get<ICallerGrain>().ThrowCancelled());
    }

    [Fact]
    public async Task A_call_without_an_answer_times_out_and_names_grain_method_and_time()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ICallerGrain>();

        var hanging = grain.Hang("gate");
        var waiting = grain.Answer();
        await Bounded.Until(() => host.Probe.Log.Contains("hanging"), "the first call's start");
        host.Time.Advance(TimeSpan.FromSeconds(4));
        hanging.IsCompleted.ShouldBeFalse("its own time-out of 5 s has not passed");
        host.Time.Advance(TimeSpan.FromSeconds(2));

        var timeout = await Should.ThrowAsync<TimeoutException>(hanging.Within("the time-out"));
        timeout.Message.ShouldStartWith("ICallerGrain.Hang of CallerGrain/a did not answer within 00:00:05. It is still running.");
        waiting.IsCompleted.ShouldBeFalse("the default time-out has not passed");
        host.Time.Advance(TimeSpan.FromSeconds(25));
        timeout = await Should.ThrowAsync<TimeoutException>(waiting.Within("the other time-out"));
        timeout.Message.ShouldBe("ICallerGrain.Answer of CallerGrain/a did not answer within 00:00:30. "
            + "It waits in the mailbox with 0 others, while ICallerGrain.Hang is running.");

        host.Probe.Gate("gate").SetResult();
        (await grain.Answer().Within("a call after the time-out")).ShouldBe(42);
    }

    [Fact]
    public async Task A_cycle_of_calls_ends_in_time_outs_and_the_grains_go_on()
    {
        await using var host = new GrainTestHost();

        var cycle = host.Get<ICallerGrain>("a").CallOther("b");
        await host.Probe.Gate("called back").Task.Within("the call that closes the cycle");
        host.Time.Advance(TimeSpan.FromSeconds(32));

        var timeout = await Should.ThrowAsync<TimeoutException>(cycle.Within("the time-out"));
        timeout.Message.ShouldContain("did not answer within 00:00:30");
        (await host.Get<ICallerGrain>("a").Answer().Within("a")).ShouldBe(42);
        (await host.Get<ICallerGrain>("b").Answer().Within("b")).ShouldBe(42);
    }

    [Fact]
    public async Task A_full_mailbox_refuses_and_takes_calls_again_when_it_has_emptied()
    {
        await using var host = new GrainTestHost(options => options.MailboxCapacity = 10);
        var counter = host.Get<ICounterGrain>();

        var accepted = Enumerable.Range(0, 10).Select(_ => counter.AddSlowly(1, "gate")).ToArray();
        var refused = await Should.ThrowAsync<LimitExceededException>(() => counter.AddSlowly(1, "gate"));
        await Should.ThrowAsync<LimitExceededException>(() => counter.Peek());
        host.Probe.Gate("gate").SetResult();
        await Task.WhenAll(accepted).Within("what was accepted");

        refused.Message.ShouldContain("CounterGrain/a refused ICounterGrain.AddSlowly: 10 calls");
        (await counter.AddSlowly(1, "gate")).ShouldBe(11);
    }

    [Fact]
    public async Task Cancelled_calls_make_room_in_a_full_mailbox()
    {
        await using var host = new GrainTestHost(options => options.MailboxCapacity = 3);
        var grain = host.Get<ICallerGrain>();
        using var cancellation = new CancellationTokenSource();

        var hanging = grain.Hang("gate");
        var waiting = new[] { grain.Wait("x", cancellation.Token), grain.Wait("x", cancellation.Token) };
        await cancellation.CancelAsync();
        foreach (var call in waiting)
        {
            await Should.ThrowAsync<OperationCanceledException>(call.Within("the cancelled call"));
        }

        var answer = grain.Answer();
        host.Probe.Gate("gate").SetResult();
        await hanging.Within("the hanging call");
        (await answer.Within("the call that found room")).ShouldBe(42);
    }

    [Fact]
    public async Task A_call_cancelled_before_it_was_made_is_not_made()
    {
        await using var host = new GrainTestHost();

        await Should.ThrowAsync<OperationCanceledException>(() => host.Get<ICallerGrain>().Never(new CancellationToken(canceled: true)));

        host.Host.MailboxCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_call_cancelled_while_it_waits_never_starts()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ICallerGrain>();
        using var cancellation = new CancellationTokenSource();

        var hanging = grain.Hang("gate");
        var waiting = grain.Never(cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting.Within("the cancelled call"));
        host.Probe.Gate("gate").SetResult();
        await hanging;
        await grain.Answer();

        host.Probe.Log.ShouldNotContain("never");
    }

    [Fact]
    public async Task A_call_cancelled_while_it_runs_returns_at_once_and_the_grain_sees_it_in_a_turn()
    {
        await using var host = new GrainTestHost();
        using var cancellation = new CancellationTokenSource();

        var call = host.Get<ICallerGrain>().Never(cancellation.Token);
        await host.Probe.Gate("started").Task.Within("the call's start");
        await cancellation.CancelAsync();

        var cancelled = await Should.ThrowAsync<OperationCanceledException>(call.Within("the cancelled call"));
        cancelled.CancellationToken.ShouldBe(cancellation.Token);
        await host.Probe.Gate("cancelled").Task.Within("the grain's own cancellation");
    }

    [Fact]
    public async Task A_time_out_cancels_the_token_that_the_grain_was_given()
    {
        await using var host = new GrainTestHost();

        var call = host.Get<ICallerGrain>().Never(CancellationToken.None);
        await host.Probe.Gate("started").Task.Within("the call's start");
        host.Time.Advance(TimeSpan.FromSeconds(31));

        await Should.ThrowAsync<TimeoutException>(call.Within("the time-out"));
        await host.Probe.Gate("cancelled").Task.Within("the grain's own cancellation");
    }

    [Fact]
    public async Task A_one_way_call_returns_at_once_and_its_failure_troubles_nobody()
    {
        await using var host = new GrainTestHost();

        host.Get<ICallerGrain>().Tell("told").IsCompletedSuccessfully.ShouldBeTrue();

        await host.Probe.Gate("told").Task.Within("the one-way call");
    }

    [Fact]
    public async Task Arguments_and_answers_of_any_shape_pass_through_a_proxy()
    {
        await using var host = new GrainTestHost();
        var grain = host.Get<ICallerGrain>();

        (await grain.Odd(null, [])).ShouldBeNull();
        (await grain.Odd("x", [(1, null)], 1, 2)).ShouldNotBeNull()["x"].ShouldBe([1, 2, null]);
    }

    [Fact]
    public async Task Integer_keys_and_references_in_answers_work()
    {
        await using var host = new GrainTestHost();
        var grain = host.Grains.GetGrain<INumberGrain>(-7);

        (await grain.Number()).ShouldBe(-7);
        var next = await grain.Next();
        (await next.Number()).ShouldBe(-6);
        next.ShouldBe(host.Grains.GetGrain<INumberGrain>(-6));
        next.GetPrimaryKeyLong().ShouldBe(-6);
    }

    [Fact]
    public async Task A_reference_leads_to_the_other_interfaces_of_its_grain()
    {
        await using var host = new GrainTestHost();
        var counter = host.Get<ICounterGrain>("k");

        counter.GetPrimaryKeyString().ShouldBe("k");
        (await counter.AsReference<ICounterAdminGrain>().Instance()).ShouldBe(await counter.Instance());
    }

    [Fact]
    public async Task An_interface_without_a_grain_class_is_refused_by_name()
    {
        await using var host = new GrainTestHost();

        Should.Throw<ArgumentException>(() => host.Get<ITurnsGrain>()).Message.ShouldContain(nameof(ITurnsGrain));
    }
}
