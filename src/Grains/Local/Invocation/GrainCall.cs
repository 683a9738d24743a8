using System.ComponentModel;

namespace Chat.Grains.Local;

/// <summary>The answer of methods that return a plain task.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct NoResult;

/// <summary>
/// One call of a grain method: the arguments (in the generated class) and the answer that its caller awaits. The caller's continuation
/// runs on the caller's own scheduler, never on the grain's turn.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainCall<TResult>(GrainMethod method) : GrainWork
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<TResult> Answer => _answer.Task;

    internal sealed override GrainMethodOptions Options => method.Options;

    internal sealed override string Name => method.Name;

    internal sealed override bool KeepsAlive => true;

    internal sealed override bool CountsAgainstCapacity => true;

    internal sealed override bool IsSettled => _answer.Task.IsCompleted;

    internal sealed override TimeSpan? Timeout(TimeSpan byDefault) =>
        method.ResponseTimeoutTicks == 0 ? byDefault : TimeSpan.FromTicks(method.ResponseTimeoutTicks);

    /// <summary>Calls the method on the grain; for generated code.</summary>
    protected abstract Task Invoke(object grain);

    internal override Task Start(object grain) => Invoke(grain);

    internal override void Settle(Task done)
    {
        if (done is Task<TResult> answered)
        {
            _answer.TrySetFromTask(answered);
        }
        else if (done.IsCompletedSuccessfully)
        {
            _answer.TrySetResult(default!);
        }
        else if (done.IsFaulted)
        {
            // The exceptions themselves, not their aggregate: the caller catches what the grain threw, with the grain's stack.
            _answer.TrySetException(done.Exception.InnerExceptions);
        }
        else
        {
            _answer.TrySetCanceled(new TaskCanceledException(done).CancellationToken);
        }
    }

    internal override bool Fail(Exception exception) => _answer.TrySetException(exception);

    private protected bool Cancel(CancellationToken token) => _answer.TrySetCanceled(token);
}

/// <summary>
/// A call with a cancellation token. When the caller cancels, its await ends at once; a call that has not started never does, and one that
/// runs sees the token that it was given cancelled, in a turn of its own. The same token is cancelled when the call times out.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CancellableGrainCall<TResult>(GrainMethod method, CancellationToken token) : GrainCall<TResult>(method)
{
    private CancellationTokenRegistration _registration;
    private CancellationTokenSource? _source;

    /// <summary>The token to pass to the grain; for generated code.</summary>
    protected CancellationToken Cancellation => _source!.Token;

    internal override void Prepare() => _registration = token.UnsafeRegister(
        static state => ((CancellableGrainCall<TResult>)state!).CancelByCaller(), this);

    internal override Task Start(object grain)
    {
        var source = new CancellationTokenSource();
        // Published before the check, and read after settling: whoever settles this call meanwhile sees the source, or is seen here.
        Interlocked.Exchange(ref _source, source);
        if (IsSettled)
        {
            CancelGrain();
        }

        return base.Start(grain);
    }

    internal override void Settle(Task done)
    {
        _registration.Dispose();
        base.Settle(done);
    }

    internal override bool Fail(Exception exception)
    {
        if (!base.Fail(exception))
        {
            return false;
        }

        _registration.Dispose();
        CancelGrain();
        return true;
    }

    private void CancelByCaller()
    {
        if (Cancel(token))
        {
            CancelGrain();
        }
    }

    private void CancelGrain()
    {
        Interlocked.MemoryBarrier();
        if (_source is { } source)
        {
            // What the grain has registered with its token is the grain's code, so it runs as a turn of the grain.
            new Task(static state => ((CancellationTokenSource)state!).Cancel(), source, TaskCreationOptions.DenyChildAttach)
                .Start(Mailbox!);
        }
    }
}
