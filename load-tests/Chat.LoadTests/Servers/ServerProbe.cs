using System.Net.Sockets;
using System.Text.Json;

namespace Chat.LoadTests.Servers;

/// <summary>Asks the probe in a server that this process started.</summary>
internal static class ServerProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyDictionary<string, double>> AskAsync(string path, bool collect)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
        await socket.SendAsync(new[] { (byte)(collect ? 'g' : 's') }, limit.Token);
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (filled == 0 || buffer[filled - 1] != (byte)'\n')
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), limit.Token);
            filled += read > 0 ? read : throw new LoadTestException("The probe in the server broke off.");
        }

        return JsonSerializer.Deserialize<Dictionary<string, double>>(buffer.AsSpan(0, filled))!;
    }
}
