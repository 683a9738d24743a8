using Chat.Testing.Servers;

namespace Chat.Storage.MySql.Tests;

/// <summary>
/// Two servers for all tests that do them no harm. The second has other defaults for everything that the store must not lean on: isolation, SQL
/// mode, time zone, character set.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    private static int _sets;

    public MariaDbServer First { get; private set; } = null!;

    public MariaDbServer Second { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var first = MariaDbServer.StartNewAsync();
        var second = MariaDbServer.StartNewAsync(
            "--transaction-isolation=SERIALIZABLE", "--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT", "--default-time-zone=+09:00",
            "--character-set-server=latin1", "--collation-server=latin1_german1_ci");
        (First, Second) = (await first, await second);
    }

    public async Task DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    /// <summary>Names for databases that nobody has used.</summary>
    public static string NewSet() => $"set{Interlocked.Increment(ref _sets)}";

    /// <summary>Options for new databases: each service on both servers, with its own three databases there.</summary>
    public MySqlStorageOptions NewOptions(string? set = null)
    {
        set ??= NewSet();
        return new MySqlStorageOptions
        {
            Users = [Range(First, 0, 99, $"{set}_users"), Range(Second, 100, 255, $"{set}_users")],
            Rooms = [Range(First, 0, 127, $"{set}_rooms"), Range(Second, 128, 255, $"{set}_rooms")],
            Messages = [Range(First, 0, 127, $"{set}_messages"), Range(Second, 128, 255, $"{set}_messages")],
            StartTimeout = TimeSpan.FromSeconds(5),
        };
    }

    public static ShardRange Range(MariaDbServer server, int from, int to, string database) =>
        new() { From = from, To = to, ConnectionString = server.ConnectionString(database) };
}

/// <summary>Tests that share the two servers; they run one class after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServers : ICollectionFixture<Servers>
{
    public const string Name = "shared servers";
}
