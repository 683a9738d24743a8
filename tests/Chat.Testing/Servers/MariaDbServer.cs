using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Testing.Servers;

/// <summary>Debian's mariadbd with an empty data folder; root signs in over loopback without a password.</summary>
public sealed class MariaDbServer : TestServer
{
    private readonly string[] _more;

    private MariaDbServer(string[] more)
        : base("mariadb") => _more = more;

    protected override string Program => "mariadbd";

    private string Data => Path.Combine(Folder, "data");

    /// <summary>Makes the data folder and starts a server on it.</summary>
    /// <param name="more">Further arguments of the program; they win over the usual ones.</param>
    public static async Task<MariaDbServer> StartNewAsync(params string[] more)
    {
        var server = new MariaDbServer(more);
        try
        {
            await RunAsync(
                "mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
                $"--user={Environment.UserName}", $"--datadir={server.Data}", $"--tmpdir={server.Folder}");
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the driver reaches a database of it.</summary>
    public string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={Port};User ID=root;Database={database};CharSet=utf8mb4;SslMode=None");

    // A folder for temporary tables too: two servers that share one take each other's away.
    // Durable as in operation: innodb_flush_log_at_trx_commit is left at its default of 1. Small, so that several fit on a test machine.
    protected override IEnumerable<string> Arguments() =>
    [
        "--no-defaults", $"--datadir={Data}", $"--tmpdir={Folder}", $"--user={Environment.UserName}", "--bind-address=127.0.0.1",
        $"--port={Port.ToString(CultureInfo.InvariantCulture)}", $"--socket={Path.Combine(Folder, "m.sock")}",
        $"--pid-file={Path.Combine(Folder, "m.pid")}", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=128M",
        "--innodb-log-file-size=64M", "--max-connections=400", "--character-set-server=utf8mb4", .. _more,
    ];

    protected override async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);

            // The greeting: three bytes of length, one of sequence, then protocol version 10.
            var greeting = new byte[5];
            await Wait.For(client.GetStream().ReadExactlyAsync(greeting).AsTask(), "greeting of the server");
            return greeting[4] == 10;
        }
        catch (Exception ex) when (ex is SocketException or IOException)
        {
            return false;
        }
    }
}
