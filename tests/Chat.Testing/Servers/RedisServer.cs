using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Testing.Servers;

/// <summary>Debian's redis-server, keeping everything in memory only.</summary>
public sealed class RedisServer : TestServer
{
    private readonly string[] _more;

    private RedisServer(string[] more)
        : base("redis") => _more = more;

    /// <summary>Host and port, as clients take them.</summary>
    public string Endpoint => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    protected override string Program => "redis-server";

    /// <summary>Starts one.</summary>
    /// <param name="more">Further arguments of the program.</param>
    public static async Task<RedisServer> StartNewAsync(params string[] more)
    {
        var server = new RedisServer(more);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    protected override IEnumerable<string> Arguments() =>
    [
        "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", Folder, "--save", "", "--appendonly", "no", .. _more,
    ];

    protected override async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[16];
            var read = await Wait.For(stream.ReadAsync(answer).AsTask(), "answer to PING");
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception ex) when (ex is SocketException or IOException)
        {
            return false;
        }
    }
}
