using System.Runtime.InteropServices;

namespace Chat.Gateway.Hosting;

/// <summary>
/// Something that must end in good order before the server stops listening: it is called once, after readiness has turned false and while
/// requests and connections still work. Must be done when the token fires.
/// </summary>
internal interface IDrain
{
    /// <summary>Ends.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}

/// <summary>Runs all <see cref="IDrain"/>s once, however the stop began. Thread safe.</summary>
internal sealed partial class Drain(IServiceProvider services, Readiness readiness, TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService
{
    /// <summary>What of the ten seconds of a stop may go into draining; the rest is for requests under way and the store.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task? _run;

    /// <summary>Drains; a second call waits for the first.</summary>
    public Task RunAsync()
    {
        lock (_lock)
        {
            return _run ??= Task.Run(RunOnceAsync);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => RunAsync().WaitAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunOnceAsync()
    {
        readiness.Stop();
        using var due = new CancellationTokenSource(Most, time);
        foreach (var drain in services.GetServices<IDrain>())
        {
            try
            {
                await drain.DrainAsync(due.Token).WaitAsync(due.Token);
            }
            catch (Exception e)
            {
                Log.Failed(logger, drain.GetType().Name, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Drain} did not end in good order.")]
        public static partial void Failed(ILogger logger, string drain, Exception exception);
    }
}

/// <summary>
/// Stops on SIGTERM, SIGINT and SIGQUIT, after draining. The framework's own lifetime announces the stop first, whereupon SignalR closes every
/// connection at once and nothing can be said to them any more.
/// </summary>
internal sealed class DrainingLifetime(Drain drain, IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        // A second signal means: now. The default action ends the process.
        if (Interlocked.Increment(ref _signals) == 1)
        {
            context.Cancel = true;
            // Drains never fail; the host owns what follows.
            _ = drain.RunAsync().ContinueWith(
                (_, state) => ((IHostApplicationLifetime)state!).StopApplication(),
                application,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
    }
}
