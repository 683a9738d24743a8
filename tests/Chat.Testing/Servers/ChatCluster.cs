using System.Globalization;

namespace Chat.Testing.Servers;

/// <summary>
/// Several gateways, each a process of its own, on one MariaDB and one Redis of the test's own. Any of them can be killed, frozen and started
/// again; disposing ends all.
/// </summary>
public sealed class ChatCluster : IAsyncDisposable
{
    private ChatCluster(MariaDbServer database, RedisServer redis, IReadOnlyList<ServerProcess> gateways)
    {
        Database = database;
        Redis = redis;
        Gateways = gateways;
    }

    public MariaDbServer Database { get; }

    public RedisServer Redis { get; }

    public IReadOnlyList<ServerProcess> Gateways { get; }

    /// <summary>Starts servers and gateways.</summary>
    /// <param name="gateways">How many.</param>
    /// <param name="databasePort">Where the gateways reach MariaDB when it is not directly; null for its own port.</param>
    /// <param name="settings">Further settings of a gateway, by its number from 0; null for none.</param>
    public static async Task<ChatCluster> StartAsync(
        int gateways, Func<MariaDbServer, int>? databasePort = null, Func<int, IEnumerable<(string Name, string Value)>>? settings = null)
    {
        var database = await MariaDbServer.StartNewAsync();
        var redis = await RedisServer.StartNewAsync();
        var shared = Shared(database, databasePort?.Invoke(database) ?? database.Port, redis).ToArray();
        var cluster = new ChatCluster(
            database, redis, [.. Enumerable.Range(0, gateways).Select(i => new ServerProcess([.. shared, .. settings?.Invoke(i) ?? []]))]);
        try
        {
            // All at once, on an empty database.
            await Task.WhenAll(cluster.Gateways.Select(g => g.StartAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The last lines of all of them.</summary>
    public string Tail() => string.Join(
        Environment.NewLine, Gateways.Select((g, i) => $"Gateway {i}. {g.Tail()}").Append(Database.Tail()).Append(Redis.Tail()));

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in Gateways)
        {
            await gateway.DisposeAsync();
        }

        await Redis.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static IEnumerable<(string Name, string Value)> Shared(MariaDbServer database, int port, RedisServer redis)
    {
        yield return ("Chat__Storage", "MySql");
        foreach (var service in new[] { "Users", "Rooms", "Messages" })
        {
            yield return ($"Chat__MySql__{service}__0__From", "0");
            yield return ($"Chat__MySql__{service}__0__To", "255");
            yield return (
                $"Chat__MySql__{service}__0__ConnectionString",
                database.ConnectionString($"chat_{service.ToLowerInvariant()}")
                    .Replace($"Port={database.Port.ToString(CultureInfo.InvariantCulture)}", $"Port={port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal));
        }

        yield return ("Chat__Backplane", "Redis");
        yield return ("Chat__Redis__Servers__0", redis.Endpoint);
        foreach (var part in new[] { "Presence", "SessionCache", "RateLimiter", "RecentMessages" })
        {
            yield return ($"Chat__{part}", "Redis");
        }
    }
}
