using System.Globalization;
using Chat.Testing.Servers;

namespace Chat.LoadTests.Servers;

/// <summary>A MariaDB, flushing every commit, and a Redis of this run's own, on free loopback ports and in temporary folders.</summary>
internal sealed class BackingServers : IAsyncDisposable
{
    private const int LastShard = 255;

    private readonly MariaDbServer _database;
    private readonly RedisServer _redis;

    private BackingServers(MariaDbServer database, RedisServer redis) => (_database, _redis) = (database, redis);

    public int DatabaseProcess => _database.ProcessId;

    public int RedisProcess => _redis.ProcessId;

    public static async Task<BackingServers> StartAsync()
    {
        try
        {
            var database = await MariaDbServer.StartNewAsync();
            try
            {
                return new(database, await RedisServer.StartNewAsync());
            }
            catch
            {
                await database.DisposeAsync();
                throw;
            }
        }
        catch (Exception fault) when (fault is FileNotFoundException or InvalidOperationException or TimeoutException)
        {
            throw new LoadTestException(fault.Message, fault);
        }
    }

    /// <summary>What a gateway needs to be told to keep everything here.</summary>
    /// <param name="installation">Tells apart those that share the servers; letters only.</param>
    /// <param name="redis">Whether the gateway shares with others: then its news and what is short-lived go over Redis.</param>
    public IEnumerable<string> Settings(string installation, bool redis) =>
    [
        "--Chat:Storage=MySql",
        .. new[] { "Users", "Rooms", "Messages" }.SelectMany(service => new[]
        {
            $"--Chat:MySql:{service}:0:From=0",
            $"--Chat:MySql:{service}:0:To={LastShard.ToString(CultureInfo.InvariantCulture)}",
            $"--Chat:MySql:{service}:0:ConnectionString={_database.ConnectionString($"{installation}_{service}".ToLowerInvariant())}",
        }),
        .. redis
            ? new[] { "Backplane", "Presence", "SessionCache", "RateLimiter", "RecentMessages" }.Select(setting => $"--Chat:{setting}=Redis")
                .Append($"--Chat:Redis:Servers:0={_redis.Endpoint}").Append($"--Chat:Redis:Prefix={installation}")
            : [],
    ];

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
