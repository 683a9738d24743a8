using System.Runtime.CompilerServices;

namespace Chat.Client;

/// <summary>A value whose changes can be waited for. Who looks late sees the newest value, not those between. Thread safe.</summary>
internal sealed class Observed<T>(T first)
{
    private readonly Lock _gate = new();
    private T _value = first;
    private TaskCompletionSource _changed = NewChange();

    /// <summary>The value, and a task that ends when it is no longer the newest.</summary>
    public (T Value, Task Changed) Read()
    {
        lock (_gate)
        {
            return (_value, _changed.Task);
        }
    }

    /// <summary>Replaces the value.</summary>
    public void Set(T value)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _value = value;
            (changed, _changed) = (_changed, NewChange());
        }

        changed.SetResult();
    }

    /// <summary>The value now, then each newer one, up to one that is the last.</summary>
    public async IAsyncEnumerable<T> FollowAsync(Func<T, bool> isLast, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (value, changed) = Read();
            yield return value;
            if (isLast(value))
            {
                yield break;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    // Those who wait go on elsewhere: whoever sets the value must not run their code.
    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
