namespace Chat.LoadTests.Wire;

/// <summary>Many listening connections at once.</summary>
internal static class HubSockets
{
    // Servers close connections that are silent for 30 s. Clients did not all start at one moment, so a part of them at a time.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private const int StepsPerRound = 100;

    /// <summary>Keeps them alive until the timer is disposed.</summary>
    public static ITimer KeepAlive(IReadOnlyList<HubSocket> sockets)
    {
        var step = 0;
        return TimeProvider.System.CreateTimer(
            _ =>
            {
                for (var i = Interlocked.Increment(ref step) % StepsPerRound; i < sockets.Count; i += StepsPerRound)
                {
                    if (sockets[i].Fault is null)
                    {
                        _ = PingAsync(sockets[i]);
                    }
                }
            },
            null,
            Step,
            Step);
    }

    public static async Task CloseAsync(IEnumerable<HubSocket> sockets)
    {
        foreach (var socket in sockets)
        {
            await socket.DisposeAsync();
        }
    }

    private static async Task PingAsync(HubSocket socket)
    {
        try
        {
            await socket.PingAsync();
        }
        catch (Exception fault) when (fault is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // Its reader says what happened.
        }
    }
}
