using Chat.Testing.Servers;

namespace Chat.Storage.MySql.Tests;

/// <summary>A server for tests that get in the way of a store's connections, and leave the server itself alone.</summary>
public sealed class FaultServer : IAsyncLifetime
{
    public MariaDbServer Server { get; private set; } = null!;

    /// <summary>Databases for all tests of a class.</summary>
    public string Set { get; } = Servers.NewSet();

    public async Task InitializeAsync() => Server = await MariaDbServer.StartNewAsync("--innodb-flush-method=nosync");

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    /// <summary>Options for new databases on one server.</summary>
    public static MySqlStorageOptions On(MariaDbServer server, string? set = null, int? port = null)
    {
        set ??= Servers.NewSet();
        return new MySqlStorageOptions
        {
            Users = [Range("users")],
            Rooms = [Range("rooms")],
            Messages = [Range("messages")],
            WriteThreads = 2,
            ReadThreads = 2,
            CommandTimeout = TimeSpan.FromSeconds(2),
            ProbeEvery = TimeSpan.FromMilliseconds(50),
        };

        ShardRange Range(string service) =>
            new()
            {
                From = 0,
                To = 255,
                ConnectionString = server.ConnectionString($"{set}_{service}")
                    .Replace($"Port={server.Port}", $"Port={port ?? server.Port}", StringComparison.Ordinal),
            };
    }
}
