using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Workers.Tests;

public sealed class IdSourceTests
{
    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)
        .AddMilliseconds(Random.Shared.NextInt64(10L * 365 * 24 * 3600 * 1000));

    private readonly SteppingClock _clock = new(Start);
    private readonly InMemoryStore _store = new();

    [Fact]
    public async Task An_id_is_made_of_time_node_and_counter()
    {
        using var source = await StartAsync();
        var first = source.Next();
        (first >> 22).ShouldBe((long)(Start - IdSource.Epoch).TotalMilliseconds);
        ((first >> 12) & 1023).ShouldBe(0);
        (first & 4095).ShouldBe(0);
        source.Next().ShouldBe(first + 1);

        using var second = await StartAsync();
        ((second.Next() >> 12) & 1023).ShouldBe(1);
    }

    [Fact]
    public async Task More_than_4096_in_a_millisecond_go_on_into_the_next()
    {
        using var source = await StartAsync();
        var ids = Enumerable.Range(0, 10_000).Select(_ => source.Next()).ToList();
        ids.ShouldBe(ids.Distinct().Order());
    }

    [Fact]
    public async Task Ids_rise_when_the_clock_steps_back()
    {
        using var source = await StartAsync();
        var before = source.Next();
        _clock.Step(TimeSpan.FromHours(-1));
        var after = source.Next();
        after.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Many_threads_never_get_the_same()
    {
        using var source = await StartAsync();
        var ids = new ConcurrentBag<long>();
        Parallel.For(0, 20_000, _ => ids.Add(source.Next()));
        ids.Distinct().Count().ShouldBe(20_000);
    }

    [Fact]
    public async Task Without_a_renewed_lease_it_stops_at_its_end()
    {
        using var source = await StartAsync();
        _store.Unavailable = true;
        _clock.Step(TimeSpan.FromMinutes(2) - TimeSpan.FromMilliseconds(1));
        source.Next().ShouldBePositive();
        _clock.Step(TimeSpan.FromMilliseconds(1));
        Should.Throw<StoreUnavailableException>(() => source.Next());
    }

    [Fact]
    public async Task It_recovers_when_the_store_is_back()
    {
        using var source = await StartAsync();
        var before = source.Next();
        _store.Unavailable = true;
        _clock.Step(TimeSpan.FromMinutes(3));
        Should.Throw<StoreUnavailableException>(() => source.Next());
        _store.Unavailable = false;

        await Bounded.Until(() => TryNext(source, out _), "an id after the store came back");
        source.Next().ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_store_that_is_down_at_the_start_is_waited_for()
    {
        _store.Unavailable = true;
        using var source = await StartAsync();
        Should.Throw<StoreUnavailableException>(() => source.Next());
        _store.Unavailable = false;
        await Bounded.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return TryNext(source, out _);
            },
            "an id after the store came up");
    }

    [Fact]
    public async Task A_process_that_follows_on_a_clock_behind_makes_other_ids()
    {
        var made = new HashSet<long>();
        for (var process = 0; process < 5; process++)
        {
            using var source = await StartAsync();
            for (var i = 0; i < 5000; i++)
            {
                made.Add(source.Next()).ShouldBeTrue();
            }

            await source.StopAsync(CancellationToken.None);
            _clock.Step(TimeSpan.FromSeconds(-20));
        }
    }

    [Fact]
    public async Task When_all_nodes_are_taken_it_says_so_instead_of_sharing_one()
    {
        for (var i = 0; i < 1024; i++)
        {
            (await ((INodeLeases)_store).AcquireAsync(_clock.GetUtcNow(), TimeSpan.FromHours(1))).ShouldNotBeNull();
        }

        using var source = await StartAsync();
        Should.Throw<StoreUnavailableException>(() => source.Next());
    }

    private static bool TryNext(IdSource source, out long id)
    {
        try
        {
            id = source.Next();
            return true;
        }
        catch (StoreUnavailableException)
        {
            id = 0;
            return false;
        }
    }

    private async Task<IdSource> StartAsync()
    {
        var source = new IdSource(_store, Options.Create(new IdOptions()), _clock, NullLogger<IdSource>.Instance);
        await source.StartAsync(CancellationToken.None);
        return source;
    }

    /// <summary>A clock whose wall time can also be set back, as an administrator does; timers follow the steady time.</summary>
    private sealed class SteppingClock(DateTimeOffset start) : TimeProvider
    {
        private readonly ManualTimeProvider _steady = new(start);
        private TimeSpan _offset;

        public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow() + _offset;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _steady.CreateTimer(callback, state, dueTime, period);

        public void Step(TimeSpan by) => _offset += by;

        public void Advance(TimeSpan by) => _steady.Advance(by);
    }
}
