namespace Chat.Grains.Local.Tests;

public sealed class StressTests
{
    [Fact]
    public async Task Thousands_of_grains_call_one_another_and_no_call_is_lost()
    {
        const int Grains = 5_000;
        const int Hops = 9;
        await using var host = new GrainTestHost();

        await Task.WhenAll(Enumerable.Range(0, Grains).Select(key => Task.Run(() =>
            host.Get<ITallyGrain>(key.ToString()).Count(Hops, width: 37)))).Within($"{Grains} chains of {Hops + 1} calls");

        host.Tally.Calls.ShouldBe(Grains * (Hops + 1));
        host.Tally.Doubles.ShouldBe(0);
        host.Tally.Live.ShouldBe(host.Host.MailboxCount);
    }

    [Fact]
    public async Task Racing_calls_and_deactivations_lose_no_call_and_never_make_two_activations()
    {
        const int Callers = 16;
        const int Calls = 1_500;
        await using var host = new GrainTestHost();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var call = 0; call < Calls; call++)
            {
                var grain = host.Get<ITallyGrain>(random.Next(4).ToString());
                await (random.Next(3) == 0 ? grain.CountAndEnd() : grain.Count(0, 0));
            }
        }))).Within("all calls");

        host.Tally.Calls.ShouldBe(Callers * Calls);
        host.Tally.Doubles.ShouldBe(0);
        host.Tally.Activations.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Racing_calls_and_idle_collection_lose_no_call_and_never_make_two_activations()
    {
        const int Callers = 4;
        const int Calls = 2_000;
        await using var host = new GrainTestHost(options =>
        {
            options.CollectionAge = TimeSpan.FromSeconds(1);
            options.SweepPeriod = TimeSpan.FromSeconds(1);
            options.ResponseTimeout = TimeSpan.FromDays(20);
        });
        using var done = new CancellationTokenSource();

        var clock = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var call = 0; call < Calls; call++)
            {
                await host.Get<ITallyGrain>(random.Next(3).ToString()).Count(1, 3);
            }
        }))).Within("all calls");
        await done.CancelAsync();
        await clock.Within("the clock");

        host.Tally.Calls.ShouldBe(Callers * Calls * 2);
        host.Tally.Doubles.ShouldBe(0);
        host.Tally.Activations.ShouldBeGreaterThan(6);
    }

    [Fact]
    public async Task Stopping_under_load_ends_every_activation_and_answers_every_call()
    {
        await using var host = new GrainTestHost();
        var answered = 0;
        var refused = 0;

        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; Volatile.Read(ref refused) < 8; call++)
            {
                try
                {
                    await host.Get<ITallyGrain>((call % 50).ToString()).Count(0, 0);
                    Interlocked.Increment(ref answered);
                }
                catch (Orleans.Runtime.SiloUnavailableException)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }
            }
        })).ToArray();
        await Bounded.Until(() => Volatile.Read(ref answered) > 1_000, "calls before the stop");
        var stop = host.Host.StopAsync(CancellationToken.None);
        host.Time.Advance(TimeSpan.FromSeconds(8));
        await stop.Within("the stop");
        await Task.WhenAll(callers).Within("the callers' refusals");
        await Bounded.Until(() => host.Tally.Live == 0, "the end of every activation");

        host.Tally.Calls.ShouldBeGreaterThanOrEqualTo(answered);
        host.Tally.Doubles.ShouldBe(0);
    }
}
