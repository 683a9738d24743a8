using System.Globalization;
using Chat.Testing.Servers;

namespace Chat.Admin.Tests.Support;

/// <summary>Two servers that all tests share; each test has databases of its own on them.</summary>
public sealed class AdminServers : IAsyncLifetime
{
    private static int _sets;

    public MariaDbServer First { get; private set; } = null!;

    public MariaDbServer Second { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var (first, second) = (MariaDbServer.StartNewAsync(), MariaDbServer.StartNewAsync());
        (First, Second) = (await first, await second);
    }

    public async Task DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    /// <summary>New databases: each service on both servers.</summary>
    internal AdminStore NewStore()
    {
        var set = string.Create(CultureInfo.InvariantCulture, $"set{Interlocked.Increment(ref _sets)}");
        return new AdminStore(First, Second, set);
    }
}

/// <summary>Tests that share the two servers; they run one class after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServers : ICollectionFixture<AdminServers>
{
    public const string Name = "shared servers";
}
