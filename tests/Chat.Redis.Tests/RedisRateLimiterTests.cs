using Chat.Abstractions;
using Chat.Testing.Servers;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

public sealed class RedisRateLimiterTests : RateLimiterSpecification, IAsyncLifetime
{
    // A busy machine must not pass for an outage, in which each process counts for itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private RedisServer _server = null!;
    private RedisProcess _here = null!;
    private RedisProcess _there = null!;

    protected override IRateLimiter Limiter => _here.Limiter;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _here = await RedisProcess.StartAsync(options => options.CommandTimeout = Patience, _server.Endpoint);
        _there = await RedisProcess.StartAsync(options => options.CommandTimeout = Patience, _server.Endpoint);
        await _here.UntilAsync(up: true, 0);
        await _there.UntilAsync(up: true, 0);
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Small_bursts_are_exact_over_processes()
    {
        var rule = new RateRule("failedUser", 0.01, 10, 1000);
        var allowed = 0;
        await Parallel.ForAsync(0, 100, async (i, _) =>
        {
            if ((await (i % 2 == 0 ? _here : _there).Limiter.TakeAsync(rule, "ann")).Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        });
        allowed.ShouldBe(10);
        await _here.Limiter.ReturnAsync(rule, "ann");
        (await _there.Limiter.TakeAsync(rule, "ann")).Allowed.ShouldBeTrue("what one process returns the other may take");
    }

    [Fact]
    public async Task Large_bursts_are_shared_but_for_a_handful()
    {
        var rule = new RateRule("send", 100, 1000, 1000);
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        var allowed = 0;
        await Task.WhenAll(new[] { _here, _there }.Select(process => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                if ((await process.Limiter.TakeAsync(rule, "ann")).Allowed)
                {
                    Interlocked.Increment(ref allowed);
                }
            }
        })));
        allowed.ShouldBeInRange(900, 1000 + (int)(100 * clock.GetElapsedTime(begun).TotalSeconds) + 1);
    }

    [Fact]
    public async Task Most_calls_ask_nobody()
    {
        var rule = new RateRule("send", 100, 1000, 1000);
        await using var control = await RedisControl.ConnectAsync(_server);
        await _here.Limiter.TakeAsync(rule, "warm");
        var before = await control.CommandsAsync();
        for (var i = 0; i < 500; i++)
        {
            (await _here.Limiter.TakeAsync(rule, "ann")).Allowed.ShouldBeTrue();
        }

        // A script counts with the commands that it runs; the beats of both processes go on beside.
        (await control.CommandsAsync() - before).ShouldBeLessThan(150);
    }

    [Fact]
    public async Task While_the_server_is_away_each_process_counts_for_itself_and_afterwards_they_share_again()
    {
        var rule = new RateRule("failedUser", 0.01, 10, 1000);
        var large = new RateRule("send", 100, 1000, 1000);
        await _server.KillAsync();
        await _here.UntilAsync(up: false, 0);
        await _there.UntilAsync(up: false, 0);
        (await TakenAsync(_here, rule, 20)).ShouldBe(10);
        (await TakenAsync(_there, rule, 20)).ShouldBe(10);
        (await TakenAsync(_here, large, 100)).ShouldBe(100);

        await _server.StartAsync();
        await _here.UntilAsync(up: true, 0);
        await _there.UntilAsync(up: true, 0);
        ((await TakenAsync(_here, rule, 20)) + (await TakenAsync(_there, rule, 20))).ShouldBe(10);
        await using var control = await RedisControl.ConnectAsync(_server);
        (await TakenAsync(_here, large, 100)).ShouldBe(100);
        (await control.Database.KeyExistsAsync("chat:limit:send:ann")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_that_stands_still_makes_one_call_wait_and_the_others_not()
    {
        var rule = new RateRule("failedUser", 0.01, 1000, 1000);
        var clock = TimeProvider.System;
        await _here.Limiter.TakeAsync(rule, "ann");
        _server.Freeze();
        try
        {
            var begun = clock.GetTimestamp();
            (await TakenAsync(_here, rule, 100)).ShouldBe(100);
            clock.GetElapsedTime(begun).ShouldBeLessThan(Patience * 50, "one call waits, not a hundred");
        }
        finally
        {
            _server.Thaw();
        }
    }

    /// <summary>By the server's clock.</summary>
    protected override async Task PassAsync(TimeSpan time)
    {
        await using var control = await RedisControl.ConnectAsync(_server);
        var end = await control.TimeAsync() + time;
        await Wait.Until(async () => await control.TimeAsync() >= end, () => $"passing of {time}");
    }

    private static async Task<int> TakenAsync(RedisProcess process, RateRule rule, int calls)
    {
        var taken = 0;
        for (var i = 0; i < calls; i++)
        {
            taken += (await process.Limiter.TakeAsync(rule, "ann")).Allowed ? 1 : 0;
        }

        return taken;
    }
}
