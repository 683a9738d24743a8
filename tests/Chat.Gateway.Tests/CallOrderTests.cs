using Chat.Abstractions;
using Chat.Gateway.Hub;
using Chat.Testing;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Gateway.Tests;

public sealed class CallOrderTests
{
    private static readonly RateDecision Yes = new(true, TimeSpan.Zero);

    private readonly CallOrder _order = new();
    private readonly List<int> _begun = [];

    [Fact]
    public async Task Calls_begin_in_their_order_however_their_decisions_come()
    {
        var decisions = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource<RateDecision>()).ToList();
        var calls = decisions.Select((decision, i) => _order.BeginAsync(new ValueTask<RateDecision>(decision.Task), () => Begin(i))).ToList();
        calls.Add(_order.BeginAsync(new ValueTask<RateDecision>(Yes), () => Begin(4)));
        foreach (var i in new[] { 2, 1, 3 })
        {
            decisions[i].SetResult(Yes);
        }

        _begun.ShouldBeEmpty();
        decisions[0].SetResult(Yes);
        (await Task.WhenAll(calls).Within("the end of all calls")).ShouldBe([0, 1, 2, 3, 4]);
        _begun.ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_call_does_not_wait_for_those_before_it_to_end_nor_does_a_refused_one_hold_it_up()
    {
        var endless = new TaskCompletionSource<int>();
        var first = _order.BeginAsync(new ValueTask<RateDecision>(Yes), () => endless.Task);
        var decision = new TaskCompletionSource<RateDecision>();
        var second = _order.BeginAsync(new ValueTask<RateDecision>(decision.Task), () => Begin(1));
        var third = _order.BeginAsync(new ValueTask<RateDecision>(Yes), () => Begin(2));
        decision.SetResult(new RateDecision(false, TimeSpan.FromSeconds(3)));
        (await Should.ThrowAsync<HubException>(second)).Message.ShouldStartWith("rate.limited");
        (await third.Within("the call after the refused one")).ShouldBe(2);
        first.IsCompleted.ShouldBeFalse();
    }

    private Task<int> Begin(int i)
    {
        _begun.Add(i);
        return Task.FromResult(i);
    }
}
