using System.Data.Common;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql;
using Chat.Testing.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MySql.Data.MySqlClient;

namespace Chat.Admin.Tests.Support;

/// <summary>
/// A store on both servers, split in the middle: the program is told of it, tests use its ports, and change its rows behind its back.
/// </summary>
internal sealed class AdminStore : IAsyncDisposable
{
    private const int Middle = 128;

    private readonly MariaDbServer _first;
    private readonly MariaDbServer _second;
    private readonly string _set;
    private ServiceProvider? _services;

    public AdminStore(MariaDbServer first, MariaDbServer second, string set)
    {
        (_first, _second, _set) = (first, second, set);
        Settings = new(StringComparer.Ordinal) { ["Chat:Storage"] = "MySql" };
        foreach (var service in new[] { "Users", "Rooms", "Messages" })
        {
            Set(service, 0, 0, Middle - 1, first);
            Set(service, 1, Middle, LogicalShards.Count - 1, second);
        }
    }

    /// <summary>The configuration, by its keys.</summary>
    public Dictionary<string, string> Settings { get; }

    public IRoomStore Rooms => Services.GetRequiredService<IRoomStore>();

    public IRoomReader Reader => Services.GetRequiredService<IRoomReader>();

    public IRoomDirectory Directory => Services.GetRequiredService<IRoomDirectory>();

    private ServiceProvider Services => _services ??= new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings!).Build())
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        .AddMySqlStorage()
        .BuildServiceProvider();

    /// <summary>The server of a room, and the names of its databases.</summary>
    public Place Of(RoomId room) => At(LogicalShards.Of(room) < Middle);

    /// <summary>The server of a user, and the name of their database.</summary>
    public Place Of(UserId user) => At(LogicalShards.Of(user) < Middle);

    /// <summary>The other one.</summary>
    public Place Besides(Place place) => At(place.Server != _first);

    /// <summary>Changes rows behind the store's back; <c>{rooms}</c>, <c>{messages}</c> and <c>{users}</c> are the databases.</summary>
    public async Task TamperAsync(Place place, string sql)
    {
        await using var connection = new MySqlConnection(place.Server.ConnectionString("mysql"));
        await connection.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql.Replace("{rooms}", place.Rooms, StringComparison.Ordinal)
            .Replace("{messages}", place.Messages, StringComparison.Ordinal).Replace("{users}", place.Users, StringComparison.Ordinal);
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThanOrEqualTo(sql.StartsWith("ALTER", StringComparison.Ordinal) ? 0 : 1, command.CommandText);
    }

    /// <summary>Commits, and fails when it is not committed.</summary>
    public async Task<RoomCommit> CommitAsync(RoomCommit commit)
    {
        (await Rooms.CommitAsync([commit])).ShouldHaveSingleItem().Status.ShouldBe(CommitStatus.Committed);
        return commit;
    }

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Place At(bool first) => new(first ? _first : _second, $"{_set}_users", $"{_set}_rooms", $"{_set}_messages");

    private void Set(string service, int index, int from, int to, MariaDbServer server)
    {
        var range = $"{MySqlStorageOptions.Section}:{service}:{index}";
        Settings[$"{range}:From"] = $"{from}";
        Settings[$"{range}:To"] = $"{to}";
        Settings[$"{range}:ConnectionString"] = server.ConnectionString($"{_set}_{service.ToLowerInvariant()}");
    }
}

/// <summary>One of the two servers, with the names of its databases.</summary>
internal sealed record Place(MariaDbServer Server, string Users, string Rooms, string Messages);
