using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Chat.Testing;

/// <summary>Signals to processes that a test has started.</summary>
public static partial class ProcessSignal
{
    public const int Interrupt = 2, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Sends it; kill(2).</summary>
    public static void Send(Process process, int signal)
    {
        if (SendSignal(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} was not sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
