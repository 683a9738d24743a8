using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Tests;

public sealed class HubSocketTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public HubSocketTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Frames_are_taken_apart_wherever_the_network_cuts_them(int piece)
    {
        var tape = new EventTape { Next = 1 };
        var connecting = HubSocket.ConnectAsync(new Uri($"http://{_listener.LocalEndpoint}/"), "", tape);
        using var server = await _listener.AcceptSocketAsync();
        await ReadUntilAsync(server, "\r\n\r\n");
        await server.SendAsync("HTTP/1.1 101 Switching Protocols\r\n\r\n"u8.ToArray());
        await using var socket = await connecting;
        await ReadUntilAsync(server, "\u001e");

        // A record in one frame, one in two, two in one, a ping between, and one too long for the first buffer.
        byte[] bytes =
        [
            .. Frame(0x81, Record(1)),
            .. Frame(0x01, Record(2)[..30]), .. Frame(0x89, "ping"), .. Frame(0x80, Record(2)[30..]),
            .. Frame(0x81, Record(3) + Record(4)),
            .. Frame(0x81, Record(5, new string('x', 70_000))),
            .. Frame(0x81, Record(6)),
        ];
        foreach (var some in bytes.Chunk(piece))
        {
            await server.SendAsync(some);
        }

        (await Waiting.UntilAsync(() => tape.Received >= 6 || tape.Fault is not null, TimeSpan.FromSeconds(20)))
            .ShouldBeTrue($"{tape.Received} of 6 events came; {socket.Fault ?? "the connection lives"}");
        tape.Fault.ShouldBeNull();
        tape.Frames.ShouldBe(6);
    }

    private static string Record(int seq, string text = "") =>
        $$"""{"type":1,"target":"events","arguments":["73",[{"seq":{{seq}},"kind":"message","text":"{{text}}"}]]}""" + "\u001e";

    private static byte[] Frame(byte first, string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        byte[] length = bytes.Length switch
        {
            < 126 => [(byte)bytes.Length],
            <= ushort.MaxValue => [126, (byte)(bytes.Length >> 8), (byte)bytes.Length],
            _ => [127, 0, 0, 0, 0, 0, (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length],
        };
        return [first, .. length, .. bytes];
    }

    private static async Task ReadUntilAsync(Socket socket, string end)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var read = new StringBuilder();
        var buffer = new byte[4096];
        while (!read.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            count.ShouldBeGreaterThan(0, $"the client closed after {read}");
            read.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }
}
