using System.ComponentModel;

namespace Chat.Grains.Local;

/// <summary>
/// What a mailbox holds: a call or a timer's tick. It is in one list of one mailbox at a time, first among those that wait, then among
/// those that run; the links and the bookkeeping fields belong to that mailbox and are guarded by its lock.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainWork
{
    internal GrainWork? Next;
    internal GrainWork? Previous;
    internal Mailbox? Mailbox;

    /// <summary>The host's clock when it was posted, in the time provider's timestamps.</summary>
    internal long PostedAt;

    /// <summary>What the caller's code flows along (activity, async locals); null for none.</summary>
    internal ExecutionContext? Context;

    /// <summary>Whether, while it runs, work that does not interleave must wait; set when it starts.</summary>
    internal bool Blocks;

    private protected GrainWork()
    {
    }

    internal abstract GrainMethodOptions Options { get; }

    internal abstract string Name { get; }

    /// <summary>Whether it counts as use of the grain, and against the mailbox's capacity.</summary>
    internal abstract bool KeepsAlive { get; }

    internal abstract bool CountsAgainstCapacity { get; }

    /// <summary>Whether nobody waits for it any more; if it has not started it need not.</summary>
    internal abstract bool IsSettled { get; }

    /// <summary>The tick's own activation: it must not run in a later one. Null for calls.</summary>
    internal virtual Activation? Owner => null;

    /// <summary>How long its caller waits; null for without end.</summary>
    internal abstract TimeSpan? Timeout(TimeSpan byDefault);

    /// <summary>Called once by the sender before it posts; may settle it.</summary>
    internal virtual void Prepare()
    {
    }

    /// <summary>Runs the first turn. Called in a turn of the activation.</summary>
    internal abstract Task Start(object grain);

    /// <summary>The grain's task has ended: passes its result, exception or cancellation on.</summary>
    internal abstract void Settle(Task done);

    /// <summary>It did not start, or its caller shall wait no longer. False when it was settled before.</summary>
    internal abstract bool Fail(Exception exception);
}
