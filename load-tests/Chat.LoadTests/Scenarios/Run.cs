using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Scenarios;

/// <summary>What a scenario has: the wishes, the report, and a server of the product that ends with the run.</summary>
internal sealed class Run(RunOptions options, Report report) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-load-").FullName;
    private ServerProcess? _server;

    public RunOptions Options => options;

    public Report Report => report;

    /// <summary>The server's process; null when it was started by others.</summary>
    public ServerProcess? Server => _server;

    /// <summary>Where the server's data lies, when it is ours.</summary>
    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>Address of the server, started if need be.</summary>
    public async Task<Uri> OpenAsync()
    {
        if (options.Url is { } url)
        {
            return url;
        }

        _server ??= await ServerProcess.StartAsync(ServerStart.Product(DataFolder, options));
        return _server.Address;
    }

    /// <summary>Ends the server and starts it again on the same data; nothing to do when it is not ours.</summary>
    public async Task<Uri> ReopenAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }

        return await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
