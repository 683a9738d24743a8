using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Wire;

/// <summary>Bounded waits on what connections count.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits for a condition of counters; false when it did not come in time.</summary>
    public static async Task<bool> UntilAsync(Func<bool> reached, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Step, TimeProvider.System);
        while (!reached())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await timer.WaitForNextTickAsync();
        }

        return true;
    }

    public static Task PauseAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    /// <summary>Waits until each connection heard up to that seq, and fails with what it found instead.</summary>
    public static async Task AllHeardAsync(IReadOnlyCollection<EventTape> tapes, Func<EventTape, long> lastSeq)
    {
        var all = await UntilAsync(() => tapes.All(tape => tape.Fault is not null || tape.Next > lastSeq(tape)), TimeSpan.FromSeconds(20));
        if (tapes.FirstOrDefault(tape => tape.Fault is not null) is { } faulty)
        {
            throw new LoadTestException(faulty.Fault!);
        }

        if (!all)
        {
            var behind = tapes.First(tape => tape.Next <= lastSeq(tape));
            throw new LoadTestException($"Events are lost: a connection heard up to {behind.Next - 1} of {lastSeq(behind)}.");
        }

        if (tapes.FirstOrDefault(tape => tape.Next - 1 != lastSeq(tape)) is { } beyond)
        {
            throw new LoadTestException($"A connection heard up to {beyond.Next - 1}, beyond the last event {lastSeq(beyond)}.");
        }
    }
}
