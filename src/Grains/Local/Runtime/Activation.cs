using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>One life of a grain: its instance, its service scope and its timers, from activation to deactivation.</summary>
internal sealed class Activation(Mailbox mailbox, AsyncServiceScope scope) : IGrainContext
{
    // Set around the call of a grain's constructor only, so that a grain has its context from the first line on, as in Orleans.
    [ThreadStatic]
    private static Activation? _underConstruction;

    private HashSet<GrainTimer>? _timers;
    private Grain? _grain;
    private bool _ended;

    public static Activation? UnderConstruction => _underConstruction;

    public Mailbox Mailbox { get; } = mailbox;

    public object? GrainInstance => _grain;

    public Grain Grain => _grain!;

    public IServiceProvider ActivationServices => scope.ServiceProvider;

    public void Construct(ObjectFactory factory)
    {
        var outer = _underConstruction;
        _underConstruction = this;
        try
        {
            _grain = (Grain)factory(scope.ServiceProvider, []);
        }
        finally
        {
            _underConstruction = outer;
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) =>
        Mailbox.RequestDeactivation(this, deactivationReason, cancellationToken);

    public GrainTimer StartTimer(GrainTimer timer)
    {
        lock (Mailbox.Gate)
        {
            ObjectDisposedException.ThrowIf(_ended, Grain);
            (_timers ??= []).Add(timer);
        }

        timer.Start();
        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (Mailbox.Gate)
        {
            _timers?.Remove(timer);
        }
    }

    public void StopTimers()
    {
        GrainTimer[] timers;
        lock (Mailbox.Gate)
        {
            _ended = true;
            timers = _timers is null ? [] : [.. _timers];
            _timers = null;
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }

    /// <summary>Disposes the grain, when it is disposable, and then its services.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (scope)
        {
            switch (_grain)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
