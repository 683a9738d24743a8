using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>
/// One grain's calls, turns and life. It is the task scheduler on which all code of the grain runs, one turn at a time, and it takes the
/// grain from one activation to the next: there is at most one mailbox for a grain in the directory, and at most one activation in a
/// mailbox, so there are never two activations at once. What arrives while an activation ends stays here for the next one.
/// </summary>
/// <remarks>
/// Invariant: when there is a task, or work that may start, then <see cref="_scheduled"/> is true and a thread has run, runs or will run
/// <see cref="Pump"/>. Both change under <see cref="Gate"/> only, so no wake-up is lost.
/// </remarks>
internal sealed partial class Mailbox(LocalGrainHost host, GrainClass grainClass, string key) : TaskScheduler, IThreadPoolWorkItem
{
    // After so many turns a busy mailbox goes to the back of the pool's queue, so that it cannot starve the others.
    private const int TurnsPerRun = 64;

    private WorkList _waiting;
    private WorkList _waitingInterleaved;
    private WorkList _running;
    private Queue<Task>? _tasks;
    private Activation? _activation;
    private State _state;
    private bool _scheduled;
    private bool _collect;
    private bool _runningIsReadOnly;
    private bool _tookInterleaved;
    private bool _served;
    private int _waitingCount;
    private int _runningCount;
    private int _blocking;
    private long _lastUsed = host.Now;
    private long _keepUntil = long.MinValue;
    private long _searchedAt = long.MinValue;

    private enum State : byte
    {
        Vacant,
        Activating,
        Active,
        Deactivating,
        Retired,
    }

    private enum Step : byte
    {
        None,
        Work,
        Activate,
        Deactivate,
        Retire,
    }

    public LocalGrainHost Host => host;

    public GrainClass Class => grainClass;

    public string Key => key;

    public Lock Gate { get; } = new();

    public override int MaximumConcurrencyLevel => 1;

    public override string ToString() => $"{grainClass.Name}/{key}";

    /// <summary>
    /// Puts work in. False when this mailbox has retired: the sender asks the directory for a fresh one. When too much waits already the
    /// work is failed instead.
    /// </summary>
    public bool TryPost(GrainWork work)
    {
        lock (Gate)
        {
            if (_state == State.Retired)
            {
                return false;
            }

            if (work.CountsAgainstCapacity && _waitingCount + _runningCount >= host.Options.MailboxCapacity && !FindRoom())
            {
                work.Mailbox = null;
            }
            else
            {
                work.Mailbox = this;
                work.PostedAt = host.Now;
                _waitingCount++;
                if (Interleaves(work))
                {
                    _waitingInterleaved.Add(work);
                }
                else
                {
                    _waiting.Add(work);
                }

                if (_scheduled)
                {
                    return true;
                }

                _scheduled = true;
            }
        }

        if (work.Mailbox is null)
        {
            host.Metrics.Refused(grainClass);
            work.Fail(new LimitExceededException(
                $"{this} refused {work.Name}: {host.Options.MailboxCapacity} calls are waiting or running already."));
            return true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    /// <summary>Looks again for something to do; called when what decides it has changed outside (the host stops, a sweep finds it idle).</summary>
    public void Wake()
    {
        lock (Gate)
        {
            if (_scheduled || _state == State.Retired)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var pump = new PumpTask(this);
        pump.Start(this);
        TryExecuteTask(pump);
        if (pump.Exception is { } fault)
        {
            // Grains' faults do not come here; a fault of the host's own must not leave the grain without a thread for ever.
            host.LogPumpFailed(this, fault.InnerException!);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    protected override void QueueTask(Task task)
    {
        if (task is PumpTask)
        {
            // Run by Execute itself; starting it here only makes this its scheduler.
            return;
        }

        lock (Gate)
        {
            (_tasks ??= new(1)).Enqueue(task);
            if (_scheduled)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (Gate)
        {
            return _tasks is null ? [] : [.. _tasks];
        }
    }

    /// <summary>Runs turns until there is nothing to do.</summary>
    private void Pump()
    {
        for (var turn = 0; turn < TurnsPerRun; turn++)
        {
            Step step;
            Task? task = null;
            GrainWork? work;
            lock (Gate)
            {
                _tasks?.TryDequeue(out task);
                step = NextStep(task is not null, out work);
                if (task is null && step == Step.None)
                {
                    _scheduled = false;
                    return;
                }
            }

            if (task is not null)
            {
                TryExecuteTask(task);
            }

            switch (step)
            {
                case Step.Work:
                    Run(work!);
                    break;
                case Step.Activate:
                    _ = Activate();
                    break;
                case Step.Deactivate:
                    _ = Deactivate();
                    break;
                case Step.Retire:
                    host.Retire(this);
                    break;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private Step NextStep(bool hasTask, out GrainWork? work)
    {
        work = null;
        switch (_state)
        {
            case State.Vacant:
                DropSettled();
                _state = _waitingCount > 0 ? State.Activating : State.Retired;
                return _state == State.Activating ? Step.Activate : Step.Retire;
            case State.Active:
                // An activation that asked for its end before it served anybody serves one first: else it would come and go for ever.
                var ending = _deactivation is not null && (_served || _waitingCount == 0);
                if (!ending && TryTake(out work))
                {
                    return Step.Work;
                }

                if (_running.First is null && (ending || (!hasTask && _waitingCount == 0 && ShouldEnd())))
                {
                    _state = State.Deactivating;
                    return Step.Deactivate;
                }

                _collect = false;
                return Step.None;
            default:
                return Step.None;
        }
    }

    private bool TryTake(out GrainWork? work)
    {
        DropSettled();
        var interleaved = _waitingInterleaved.First;
        var other = _blocking == 0 || (_runningIsReadOnly && _waiting.First is { } first && IsReadOnly(first)) ? _waiting.First : null;
        // In turn when there are both, so that neither kind starves the other.
        work = interleaved is not null && (other is null || !_tookInterleaved) ? interleaved : other;
        if (work is null)
        {
            return false;
        }

        _tookInterleaved = work == interleaved;
        RemoveWaiting(work);
        work.Blocks = !_tookInterleaved;
        if (work.Blocks)
        {
            _runningIsReadOnly = IsReadOnly(work);
            _blocking++;
        }

        _served = true;
        _runningCount++;
        _running.Add(work);
        return true;
    }

    /// <summary>Drops what nobody waits for any more from the front: it need not start.</summary>
    private void DropSettled()
    {
        while (_waitingInterleaved.First is { } work && IsObsolete(work))
        {
            RemoveWaiting(work);
        }

        while (_waiting.First is { } work && IsObsolete(work))
        {
            RemoveWaiting(work);
        }
    }

    private void RemoveWaiting(GrainWork work)
    {
        if (Interleaves(work))
        {
            _waitingInterleaved.Remove(work);
        }
        else
        {
            _waiting.Remove(work);
        }

        _waitingCount--;
    }

    private bool IsObsolete(GrainWork work) => work.IsSettled || (work.Owner is { } owner && owner != _activation);

    private bool Interleaves(GrainWork work) => grainClass.Reentrant || (work.Options & GrainMethodOptions.AlwaysInterleave) != GrainMethodOptions.None;

    private static bool IsReadOnly(GrainWork work) => (work.Options & GrainMethodOptions.ReadOnly) != GrainMethodOptions.None;

    private void Run(GrainWork work)
    {
        if (work.Context is null)
        {
            RunFirstTurn(work);
        }
        else
        {
            ExecutionContext.Run(work.Context, static state => ((GrainWork)state!).Mailbox!.RunFirstTurn((GrainWork)state!), work);
        }
    }

    private void RunFirstTurn(GrainWork work)
    {
        Task task;
        try
        {
            task = work.Start(_activation!.Grain)
                ?? Task.FromException(new InvalidOperationException($"{grainClass.Name} returned null from {work.Name}."));
        }
        catch (OperationCanceledException cancelled) when (cancelled.CancellationToken.IsCancellationRequested)
        {
            task = Task.FromCanceled(cancelled.CancellationToken);
        }
        catch (Exception fault)
        {
            task = Task.FromException(fault);
        }

        if (task.IsCompleted)
        {
            Finish(work, task);
        }
        else
        {
            _ = task.ContinueWith(
                static (done, state) => ((GrainWork)state!).Mailbox!.Finish((GrainWork)state!, done),
                work, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach, this);
        }
    }

    private void Finish(GrainWork work, Task done)
    {
        lock (Gate)
        {
            _running.Remove(work);
            _runningCount--;
            if (work.Blocks)
            {
                _blocking--;
            }

            if (work.KeepsAlive)
            {
                _lastUsed = host.Now;
            }
        }

        work.Settle(done);
    }

    /// <summary>Private, so that no task of anybody else can pass for one.</summary>
    private sealed class PumpTask(Mailbox mailbox)
        : Task(static mailbox => ((Mailbox)mailbox!).Pump(), mailbox, TaskCreationOptions.DenyChildAttach);
}
