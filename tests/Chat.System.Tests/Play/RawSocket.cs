using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Chat.SystemTests;

/// <summary>
/// A hub connection without manners: the WebSocket itself, over a TCP socket with a small receive buffer, so that what is sent and when is
/// read is the test's choice.
/// </summary>
internal sealed class RawSocket : IAsyncDisposable
{
    private const char Separator = '\u001e';

    /// <summary>The server says every 15 s that it is there: after a few of those alone, nothing else comes.</summary>
    private const int MostPings = 4;

    private readonly TcpClient _tcp;
    private readonly WebSocket _socket;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private string _left = "";

    private RawSocket(TcpClient tcp, WebSocket socket) => (_tcp, _socket) = (tcp, socket);

    public WebSocket Socket => _socket;

    /// <summary>Opens the WebSocket; nothing of the hub protocol is said yet.</summary>
    public static async Task<RawSocket> OpenAsync(ServerProcess server, string token)
    {
        var tcp = new TcpClient { ReceiveBufferSize = 32 * 1024, NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
        var stream = tcp.GetStream();
        var key = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /hubs/chat?access_token={Uri.EscapeDataString(token)} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port.ToString(CultureInfo.InvariantCulture)}\r\n"
            + $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one).AsTask().WaitAsync(Wait.Limit) == 0)
            {
                throw new IOException($"The server closed during the upgrade: {head}");
            }

            head.Append((char)one[0]);
        }

        head.ToString().ShouldStartWith("HTTP/1.1 101");
        return new RawSocket(tcp, WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero }));
    }

    /// <summary>Opens the WebSocket and shakes hands.</summary>
    public static async Task<RawSocket> ConnectAsync(ServerProcess server, string token)
    {
        var raw = await OpenAsync(server, token);
        await raw.SendAsync("""{"protocol":"json","version":1}""");
        (await raw.NextAsync()).ShouldBe("{}");
        return raw;
    }

    /// <summary>Sends messages, each ended by the separator.</summary>
    public Task SendAsync(params string[] messages) =>
        SendBytesAsync(Encoding.UTF8.GetBytes(string.Concat(messages.Select(m => m + Separator))));

    /// <summary>Sends bytes as they are.</summary>
    public Task SendBytesAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool end = true) =>
        _socket.SendAsync(bytes, type, end, CancellationToken.None);

    /// <summary>The next message of the server, pings passed over; null when the connection has ended.</summary>
    public async Task<string?> NextAsync()
    {
        for (var pings = 0; pings < MostPings;)
        {
            var at = _left.IndexOf(Separator, StringComparison.Ordinal);
            if (at >= 0)
            {
                var message = _left[..at];
                _left = _left[(at + 1)..];
                if (message == """{"type":6}""")
                {
                    pings++;
                    continue;
                }

                return message;
            }

            try
            {
                var read = await Wait.For(_socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).AsTask(), "message of the server");
                if (read.MessageType is WebSocketMessageType.Close)
                {
                    return null;
                }

                _left += Encoding.UTF8.GetString(_buffer, 0, read.Count);
            }
            catch (Exception ex) when (ex is WebSocketException or IOException or InvalidOperationException)
            {
                return null;
            }
        }

        throw new TimeoutException("The server sent nothing but pings.");
    }

    /// <summary>Calls a method with these JSON arguments and answers its completion, other messages passed over; null when the connection has ended.</summary>
    public async Task<JsonElement?> CallAsync(string method, string arguments, string id = "1")
    {
        await SendAsync($$"""{"type":1,"target":"{{method}}","invocationId":"{{id}}","arguments":{{arguments}}}""");
        return await CompletionAsync(id);
    }

    public async Task<JsonElement?> CompletionAsync(string id)
    {
        while (await NextAsync() is { } message)
        {
            using var parsed = JsonDocument.Parse(message);
            if (parsed.RootElement.GetProperty("type").GetInt32() == 3 && parsed.RootElement.GetProperty("invocationId").GetString() == id)
            {
                return parsed.RootElement.Clone();
            }
        }

        return null;
    }

    /// <summary>Reads to the end; answers the error of the close message, or null when there was none.</summary>
    public async Task<string?> CloseErrorAsync()
    {
        string? error = null;
        while (await NextAsync() is { } message)
        {
            using var parsed = JsonDocument.Parse(message);
            if (parsed.RootElement.TryGetProperty("error", out var said))
            {
                error = said.GetString();
            }
        }

        return error;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
