namespace Chat.Testing;

/// <summary>Bounded waiting, with words for what did not come.</summary>
public static class Wait
{
    /// <summary>Far beyond what anything here takes; it only ends tests that would hang.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Awaits an event.</summary>
    public static async Task<T> For<T>(Task<T> task, string what, TimeSpan? limit = null)
    {
        try
        {
            return await task.WaitAsync(limit ?? Limit, TimeProvider.System);
        }
        catch (TimeoutException ex) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Within {limit ?? Limit} there was no {what}.", ex);
        }
    }

    /// <summary>Awaits an event.</summary>
    public static Task For(Task task, string what, TimeSpan? limit = null) => For(Typed(task), what, limit);

    /// <summary>Asks again and again, for what no event tells of: the state behind a REST call, another process' memory.</summary>
    public static async Task Until(Func<Task<bool>> condition, Func<string> missing, TimeSpan? limit = null)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!await condition())
        {
            if (clock.GetElapsedTime(start) > (limit ?? Limit))
            {
                throw new TimeoutException($"Within {limit ?? Limit} there was no {missing()}.");
            }

            await Task.Delay(PollEvery, clock);
        }
    }

    /// <summary>As above, for conditions that need not be awaited.</summary>
    public static Task Until(Func<bool> condition, Func<string> missing, TimeSpan? limit = null) =>
        Until(() => Task.FromResult(condition()), missing, limit);

    private static async Task<bool> Typed(Task task)
    {
        await task;
        return true;
    }
}
