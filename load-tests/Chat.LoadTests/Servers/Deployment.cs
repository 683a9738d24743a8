namespace Chat.LoadTests.Servers;

/// <summary>Gateways that are one chat: one by itself, or several that share a database and Redis.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Addresses">Where connections go.</param>
/// <param name="Gateways">The processes behind the addresses; empty when they were started by others.</param>
/// <param name="Backing">What the gateways share; null when there is nothing, or nothing of ours.</param>
internal sealed record Deployment(
    string Name, IReadOnlyList<Uri> Addresses, IReadOnlyList<ServerProcess> Gateways, BackingServers? Backing = null) : IAsyncDisposable
{
    /// <summary>A server that others started.</summary>
    public static Deployment Running(Uri address) => new("", [address], []);

    /// <summary>Starts gateways, one after the other: the first makes the database, and they would wait for one another anyway.</summary>
    /// <param name="name">What the report calls it.</param>
    /// <param name="starts">How to start each.</param>
    /// <param name="backing">What they share; stays when they end.</param>
    public static async Task<Deployment> StartAsync(string name, IReadOnlyList<ServerStart> starts, BackingServers? backing = null)
    {
        var gateways = new List<ServerProcess>();
        try
        {
            foreach (var start in starts)
            {
                gateways.Add(await ServerProcess.StartAsync(start));
            }

            return new(name, [.. gateways.Select(gateway => gateway.Address)], gateways, backing);
        }
        catch
        {
            await EndAsync(gateways);
            throw;
        }
    }

    /// <summary>The first of the gateways, as if there were no others. They end with the whole.</summary>
    /// <param name="count">How many.</param>
    /// <param name="name">What the report calls them.</param>
    public Deployment First(int count, string name) =>
        this with { Name = name, Addresses = [.. Addresses.Take(count)], Gateways = [.. Gateways.Take(count)] };

    /// <summary>Where the connection of that number goes: round and round, so that members of one room are spread evenly too.</summary>
    public Uri AddressOf(int connection) => Addresses[connection % Addresses.Count];

    public ValueTask DisposeAsync() => EndAsync(Gateways);

    private static async ValueTask EndAsync(IEnumerable<ServerProcess> gateways)
    {
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }
}
