namespace Chat.LoadTests.Wire;

/// <summary>Many listening connections at once.</summary>
internal static class HubSockets
{
    // Servers close connections that are silent for 30 s.
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);

    /// <summary>Keeps them alive until the timer is disposed.</summary>
    public static ITimer KeepAlive(IReadOnlyList<HubSocket> sockets) => TimeProvider.System.CreateTimer(
        _ =>
        {
            foreach (var socket in sockets)
            {
                if (socket.Fault is null)
                {
                    _ = PingAsync(socket);
                }
            }
        },
        null,
        PingEvery,
        PingEvery);

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
