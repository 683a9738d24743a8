using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>Activation, deactivation, and what the host's sweep does.</summary>
internal sealed partial class Mailbox
{
    private (DeactivationReason Reason, CancellationToken Token)? _deactivation;

    public void RequestDeactivation(Activation activation, DeactivationReason reason, CancellationToken token)
    {
        lock (Gate)
        {
            if (activation != _activation || _deactivation is not null || _state == State.Deactivating)
            {
                return;
            }

            _deactivation = (reason, token);
        }

        Wake();
    }

    public void DelayCollection(TimeSpan span)
    {
        lock (Gate)
        {
            _keepUntil = span < TimeSpan.Zero ? long.MinValue : host.After(span);
        }
    }

    /// <summary>Fails calls that are overdue and starts collecting an activation that is idle.</summary>
    public void Sweep(long now)
    {
        // Read without the lock, for most grains are idle and not yet old: what changes meanwhile is seen by the next sweep.
        if (_waitingCount == 0 && _runningCount == 0 && (_state != State.Active || !IsIdle(now)))
        {
            return;
        }

        List<(GrainWork Work, string Where)>? overdue = null;
        lock (Gate)
        {
            if (_waitingCount > 0 || _running.First is not null)
            {
                FindOverdue(_running.First, now, "It is still running.", ref overdue);
                FindOverdue(_waiting.First, now, null, ref overdue);
                FindOverdue(_waitingInterleaved.First, now, null, ref overdue);
            }
            else if (_state != State.Active || _collect || !IsIdle(now))
            {
                return;
            }
            else
            {
                _collect = true;
            }
        }

        if (overdue is null)
        {
            if (_collect)
            {
                Wake();
            }

            return;
        }

        foreach (var (work, where) in overdue)
        {
            var waited = work.Timeout(host.Options.ResponseTimeout)!.Value;
            if (work.Fail(new TimeoutException($"{work.Name} of {this} did not answer within {waited}. {where}")))
            {
                host.Metrics.TimedOut(grainClass);
            }
        }

        lock (Gate)
        {
            RemoveSettled();
        }
    }

    /// <summary>The host stops without waiting any longer: fails what has no answer yet.</summary>
    public void Abandon()
    {
        List<GrainWork> waiting = [];
        List<GrainWork> running = [];
        lock (Gate)
        {
            _waiting.CopyTo(waiting);
            _waitingInterleaved.CopyTo(waiting);
            _running.CopyTo(running);
        }

        foreach (var work in waiting)
        {
            work.Fail(new SiloUnavailableException($"The grain host has stopped before {work.Name} of {this} was begun."));
        }

        foreach (var work in running)
        {
            work.Fail(new SiloUnavailableException(
                $"The grain host has stopped while {work.Name} of {this} was running; its outcome is unknown."));
        }
    }

    private async Task Activate()
    {
        Activation? activation = null;
        try
        {
            activation = new Activation(this, host.Services.CreateAsyncScope());
            lock (Gate)
            {
                _activation = activation;
            }

            activation.Construct(grainClass.Factory);
            using (var deadline = new CancellationTokenSource(host.Options.LifecycleTimeout, host.Time))
            {
                await activation.Grain.OnActivateAsync(deadline.Token);
            }

            host.Metrics.Activated(grainClass);
            lock (Gate)
            {
                _state = State.Active;
                _lastUsed = host.Now;
                _keepUntil = long.MinValue;
            }
        }
        catch (Exception fault)
        {
            host.LogActivationFailed(this, fault);
            await EndActivation(activation);
            FailWaiting(fault);
        }
    }

    private async Task Deactivate()
    {
        var activation = _activation!;
        var (reason, token) = _deactivation ?? (host.Stopping
            ? new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The grain host stops.")
            : new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody called for the collection age."), CancellationToken.None);
        activation.StopTimers();
        try
        {
            using var deadline = new CancellationTokenSource(host.Options.LifecycleTimeout, host.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, token, host.Abandoned);
            await activation.Grain.OnDeactivateAsync(reason, either.Token);
        }
        catch (Exception fault)
        {
            host.LogDeactivationFailed(this, fault);
        }

        host.Metrics.Deactivated(grainClass);
        await EndActivation(activation);
        lock (Gate)
        {
            Vacate();
        }
    }

    private async Task EndActivation(Activation? activation)
    {
        if (activation is null)
        {
            return;
        }

        activation.StopTimers();
        try
        {
            await activation.DisposeAsync();
        }
        catch (Exception fault)
        {
            host.LogDeactivationFailed(this, fault);
        }
    }

    private void Vacate()
    {
        _state = State.Vacant;
        _activation = null;
        _deactivation = null;
        _collect = false;
        _served = false;
    }

    /// <summary>Hands the failure of an activation to everybody who waits for it, and only to them.</summary>
    private void FailWaiting(Exception fault)
    {
        List<GrainWork> failed = [];
        lock (Gate)
        {
            _waiting.CopyTo(failed);
            _waitingInterleaved.CopyTo(failed);
            failed.ForEach(RemoveWaiting);
            Vacate();
        }

        foreach (var work in failed)
        {
            work.Fail(fault);
        }
    }

    private bool ShouldEnd() => host.Stopping || (_collect && IsIdle(host.Now));

    private bool IsIdle(long now) => now > _keepUntil && host.Time.GetElapsedTime(_lastUsed, now) >= host.Options.CollectionAge;

    /// <summary>Looks for room at most once between two sweeps: refusing must stay cheap when a mailbox is full of calls that wait.</summary>
    private bool FindRoom()
    {
        if (_searchedAt == host.Now)
        {
            return false;
        }

        _searchedAt = host.Now;
        RemoveSettled();
        return _waitingCount + _runningCount < host.Options.MailboxCapacity;
    }

    /// <summary>Takes out what nobody waits for any more, wherever it stands.</summary>
    private void RemoveSettled()
    {
        RemoveSettled(_waiting);
        RemoveSettled(_waitingInterleaved);
    }

    private void RemoveSettled(in WorkList list)
    {
        for (var work = list.First; work is not null;)
        {
            var next = work.Next;
            if (work.IsSettled)
            {
                RemoveWaiting(work);
            }

            work = next;
        }
    }

    private void FindOverdue(GrainWork? first, long now, string? where, ref List<(GrainWork, string)>? overdue)
    {
        for (var work = first; work is not null; work = work.Next)
        {
            // A sweep's width more, because posting reads the clock of the last sweep: never too early.
            if (!work.IsSettled && work.Timeout(host.Options.ResponseTimeout) is { } timeout
                && host.Time.GetElapsedTime(work.PostedAt, now) >= timeout + host.Options.SweepPeriod)
            {
                (overdue ??= []).Add((work, where ?? WhatItWaitsFor()));
            }
        }
    }

    private string WhatItWaitsFor() => _running.First is { } running
        ? $"It waits in the mailbox with {_waitingCount - 1} others, while {running.Name} is running."
        : $"It waits in the mailbox with {_waitingCount - 1} others, while the grain is {_state}.";
}
