using Chat.Abstractions;
using Chat.Gateway.Limits;

namespace Chat.Gateway.Hub;

/// <summary>
/// Keeps the calls of one connection in the order in which they came on their way to the rooms, also when the answer whether one may go on has
/// to be waited for. Begin is called by one thread at a time.
/// </summary>
internal sealed class CallOrder
{
    private Task _last = Task.CompletedTask;

    /// <summary>Begins a call when those before it have begun and it is decided; the decision may refuse it.</summary>
    public Task<T> BeginAsync<T>(ValueTask<RateDecision> deciding, Func<Task<T>> call)
    {
        if (_last.IsCompleted && deciding.IsCompletedSuccessfully)
        {
            return BeginAsync(deciding, call, begun: null, before: Task.CompletedTask);
        }

        var before = _last;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _last = begun.Task;
        return BeginAsync(deciding, call, begun, before);
    }

    // Does not leave the thread when there is nothing to wait for.
    private static async Task<T> BeginAsync<T>(ValueTask<RateDecision> deciding, Func<Task<T>> call, TaskCompletionSource? begun, Task before)
    {
        Task<T> running;
        try
        {
            await before;
            var decision = await deciding;
            running = decision.Allowed ? call() : throw decision.ToRefusal().ToException();
        }
        finally
        {
            begun?.SetResult();
        }

        return await running;
    }
}
