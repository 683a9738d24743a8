using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Microsoft.Extensions.Options;

namespace Chat.Storage.MySql.Admin;

/// <summary>The databases of a range of rooms, on one server.</summary>
internal sealed record RoomPlace(string Server, string ConnectionString, Db Rooms, Db Messages);

/// <summary>A database of users.</summary>
internal sealed record UserPlace(string Server, string ConnectionString, Db Users);

/// <summary>
/// Where each logical shard lives, for an operator's commands: they open connections of their own, which may wait for a statement longer than
/// a server's may, and never make a server count as down.
/// </summary>
internal sealed class AdminMap
{
    private readonly RoomPlace[] _rooms = new RoomPlace[LogicalShards.Count];
    private readonly UserPlace[] _users = new UserPlace[LogicalShards.Count];

    /// <exception cref="OptionsValidationException">The configuration is wrong.</exception>
    public AdminMap(MySqlStorageOptions options)
    {
        Options = options;
        var validated = new MySqlStorageOptionsValidator().Validate(name: null, options);
        if (validated.Failed)
        {
            throw new OptionsValidationException(MySqlStorageOptions.Section, typeof(MySqlStorageOptions), validated.Failures);
        }

        for (var shard = 0; shard < LogicalShards.Count; shard++)
        {
            var (users, rooms, messages) = (Covering(options.Users, shard), Covering(options.Rooms, shard), Covering(options.Messages, shard));
            _users[shard] = new UserPlace(MySqlDriver.AddressOf(users), Prepared(users), new Db(MySqlDriver.DatabaseOf(users)));
            _rooms[shard] = new RoomPlace(
                MySqlDriver.AddressOf(messages), Prepared(messages), new Db(MySqlDriver.DatabaseOf(rooms)), new Db(MySqlDriver.DatabaseOf(messages)));
        }

        RoomPlaces = [.. _rooms.Distinct()];
        UserPlaces = [.. _users.Distinct()];
    }

    public MySqlStorageOptions Options { get; }

    /// <summary>All places of rooms.</summary>
    public IReadOnlyList<RoomPlace> RoomPlaces { get; }

    /// <summary>All places of users.</summary>
    public IReadOnlyList<UserPlace> UserPlaces { get; }

    public RoomPlace Of(RoomId room) => _rooms[LogicalShards.Of(room)];

    public UserPlace Of(UserId user) => _users[LogicalShards.Of(user)];

    private static string Covering(IList<ShardRange> ranges, int shard) => ranges.First(range => range.From <= shard && shard <= range.To).ConnectionString;

    private string Prepared(string connectionString) =>
        MySqlDriver.Prepare(connectionString, Options.ConnectTimeout, AdminLinks.StatementTimeout, withDatabase: false);
}
