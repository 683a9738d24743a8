using Chat.Grains.Local;
using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// Base of grain classes. All code of an activation runs in turns on the activation's own task scheduler, one at a time; an await gives
/// the turn back and resumes in a later one. Members must be used from such turns only.
/// </summary>
public abstract class Grain : IAddressable
{
    private readonly Activation? _activation;

    /// <summary>Called by the host; a grain made otherwise has no context, factory or services.</summary>
    protected Grain() => _activation = Activation.UnderConstruction;

    /// <summary>The activation.</summary>
    public IGrainContext GrainContext => Activation;

    /// <summary>The grain's class and key, for logs.</summary>
    public string IdentityString => Activation.Mailbox.ToString();

    /// <summary>References to other grains.</summary>
    protected IGrainFactory GrainFactory => Activation.Mailbox.Host;

    /// <summary>The activation's own service scope.</summary>
    protected internal IServiceProvider ServiceProvider => Activation.ActivationServices;

    internal Activation Activation => _activation
        ?? throw new InvalidOperationException($"{GetType().Name} was constructed outside of a grain host.");

    /// <summary>
    /// Called once before the first call. When it fails, its exception goes to the callers that wait, the activation ends without
    /// <see cref="OnDeactivateAsync"/>, and the next call tries afresh.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when activating takes longer than the host allows.</param>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Called once, after the last call and with all timers stopped. Not called when the process dies. Failures are logged.
    /// </summary>
    /// <param name="reason">Why the activation ends.</param>
    /// <param name="cancellationToken">Cancelled when deactivating takes longer than the host allows.</param>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation after the calls that run now; the next call makes a fresh one.</summary>
    protected void DeactivateOnIdle() => Activation.Deactivate(
        new DeactivationReason(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    /// <summary>Keeps this activation from being collected as idle for at least this time; a negative time takes that back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.Mailbox.DelayCollection(timeSpan);

    /// <summary>
    /// Starts a timer. Its ticks are turns of this activation and obey its reentrancy like calls (or interleave, see the options). A tick
    /// is only scheduled after the one before has ended. A tick that throws is logged, and the timer goes on.
    /// </summary>
    protected IGrainTimer RegisterGrainTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return RegisterGrainTimer(static (call, cancellationToken) => call(cancellationToken), callback, options);
    }

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected internal IGrainTimer RegisterGrainTimer<TState>(
        Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Activation.StartTimer(new GrainTimer<TState>(Activation, callback, state, options));
    }

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer(Func<Task> callback, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return RegisterGrainTimer(static (call, _) => call(), callback, options);
    }

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer<TState>(Func<TState, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return RegisterGrainTimer(static (call, _) => call.Callback(call.State), (Callback: callback, State: state), options);
    }

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer(Func<Task> callback, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(callback, new(dueTime, period));

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer(Func<CancellationToken, Task> callback, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(callback, new(dueTime, period));

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer<TState>(Func<TState, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(callback, state, new(dueTime, period));

    /// <inheritdoc cref="RegisterGrainTimer(Func{CancellationToken, Task}, GrainTimerCreationOptions)"/>
    protected IGrainTimer RegisterGrainTimer<TState>(
        Func<TState, CancellationToken, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(callback, state, new(dueTime, period));
}
