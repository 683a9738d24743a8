namespace Chat.Testing;

/// <summary>Waits in tests: for an event, never for a time, and never for ever. What ran out says what was missing.</summary>
public static class Bounded
{
    /// <summary>Long enough for the slowest machine; only a test that fails waits so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Awaits the task; when it does not end in time, fails with what was missing.</summary>
    public static async Task Within(this Task task, string missing)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience, TimeProvider.System)) != task)
        {
            throw new TimeoutException($"Missing after {Patience}: {missing}");
        }

        await task;
    }

    /// <inheritdoc cref="Within(Task, string)"/>
    public static async Task<T> Within<T>(this Task<T> task, string missing)
    {
        await ((Task)task).Within(missing);
        return await task;
    }

    /// <summary>Waits until the condition holds, asking again whenever other work had a chance to run.</summary>
    public static async Task Until(Func<bool> condition, string missing)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"Missing after {Patience}: {missing}");
            }

            await Task.Yield();
        }
    }
}
