namespace Chat.Grains.Local.Tests;

public sealed class ManualTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_each_at_its_own_time()
    {
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        List<(string, TimeSpan)> fired = [];
        using var late = time.CreateTimer(_ => fired.Add(("late", time.GetUtcNow() - start)), null, 3 * Second, Timeout.InfiniteTimeSpan);
        using var early = time.CreateTimer(_ => fired.Add(("early", time.GetUtcNow() - start)), null, Second, 2 * Second);

        time.Advance(4 * Second);

        fired.ShouldBe([("early", Second), ("late", 3 * Second), ("early", 3 * Second)]);
        (time.GetUtcNow() - start).ShouldBe(4 * Second);
        time.TimersSet.ShouldBe(1);
    }

    [Fact]
    public void A_timer_set_again_in_its_callback_fires_in_the_same_advance()
    {
        var time = new ManualTimeProvider();
        var fired = 0;
        ITimer timer = null!;
        timer = time.CreateTimer(
            _ =>
            {
                fired++;
                timer.Change(Second, Timeout.InfiniteTimeSpan);
            },
            null, Second, Timeout.InfiniteTimeSpan);

        time.Advance(5 * Second);

        fired.ShouldBe(5);
        timer.Dispose();
        time.Advance(5 * Second);
        fired.ShouldBe(5);
    }

    [Fact]
    public async Task Delays_and_cancellations_of_the_platform_follow_it()
    {
        var time = new ManualTimeProvider();
        var delay = Task.Delay(10 * Second, time);
        using var cancellation = new CancellationTokenSource(20 * Second, time);

        time.Advance(10 * Second);
        await delay.Within("the delay");
        cancellation.IsCancellationRequested.ShouldBeFalse();
        time.Advance(10 * Second);

        cancellation.IsCancellationRequested.ShouldBeTrue();
    }
}
