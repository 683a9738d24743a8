using System.Runtime.InteropServices;

namespace Chat.Cli;

/// <summary>Ctrl-C and SIGTERM: the first one lets the command end by itself, the second one ends the program at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What a command that was interrupted ends with.</summary>
    public ExitCode Exit { get; private set; } = ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        Exit = context.Signal is PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted;
        _stop.Cancel();
    }
}
