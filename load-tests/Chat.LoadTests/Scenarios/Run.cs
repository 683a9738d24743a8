using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Scenarios;

/// <summary>What a scenario has: the wishes, the report, and servers of the product that end with the run.</summary>
internal sealed class Run(RunOptions options, Report report) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-load-").FullName;
    private readonly List<Deployment> _deployments = [];
    private BackingServers? _backing;
    private Deployment? _server;

    public RunOptions Options => options;

    public Report Report => report;

    /// <summary>Folder of the run, on the same disk as what the servers keep.</summary>
    public string Folder => _folder;

    /// <summary>Where the server's data lies, when it is ours.</summary>
    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>The server, started if need be.</summary>
    public async Task<Deployment> OpenAsync()
    {
        if (options.Url is { } url)
        {
            return Deployment.Running(url);
        }

        return _server ??= await Deployment.StartAsync("chat", [ServerStart.Product(DataFolder, options)]);
    }

    /// <summary>Ends the server and starts it again on the same data; nothing to do when it is not ours.</summary>
    public async Task<Deployment> ReopenAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }

        return await OpenAsync();
    }

    /// <summary>Another deployment beside the server: one gateway on a file of its own.</summary>
    public Task<Deployment> OpenSqliteAsync() => AddAsync("SQLite, 1 gateway", 1, null, []);

    /// <summary>
    /// Another deployment: gateways on the run's MariaDB, each deployment in databases of its own, and with Redis when there may be several.
    /// </summary>
    public async Task<Deployment> OpenMySqlAsync(int gateways, bool redis)
    {
        _backing ??= await BackingServers.StartAsync();
        var installation = $"load{(char)('a' + _deployments.Count)}";
        return await AddAsync(
            $"MySQL{(redis ? " and Redis" : "")}, {gateways} gateway{(gateways == 1 ? "" : "s")}", gateways, _backing, [.. _backing.Settings(installation, redis)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        foreach (var deployment in _deployments)
        {
            await deployment.DisposeAsync();
        }

        if (_backing is not null)
        {
            await _backing.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Deployment> AddAsync(string name, int gateways, BackingServers? backing, string[] settings)
    {
        if (options.Url is not null)
        {
            throw new LoadTestException("A comparison of deployments starts servers of its own.");
        }

        report.Progress($"starting {name}");
        var starts = Enumerable.Range(0, gateways)
            .Select(gateway => ServerStart.Product($"{DataFolder}-{_deployments.Count}-{gateway}", options))
            .Select(start => start with { Arguments = [.. start.Arguments, .. settings] });
        var deployment = await Deployment.StartAsync(name, [.. starts], backing);
        _deployments.Add(deployment);
        return deployment;
    }
}
