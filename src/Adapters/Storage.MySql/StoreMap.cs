using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql;

/// <summary>A database of users, and the server it is on.</summary>
internal sealed record UserShard(DatabaseServer Server, Db Users);

/// <summary>
/// A range of rooms: its databases of rooms and messages, and the server that both are on.
/// </summary>
/// <param name="Server">What commits them together.</param>
/// <param name="Rooms">Rooms, members, counters.</param>
/// <param name="Messages">Messages, events, outbox.</param>
/// <param name="Number">Counts the ranges from 0, by their shards.</param>
internal sealed record RoomShard(DatabaseServer Server, Db Rooms, Db Messages, int Number);

/// <summary>One of the databases that hold rooms, or messages.</summary>
/// <param name="Server">The server.</param>
/// <param name="Db">The database.</param>
/// <param name="From">The first logical shard that is kept there: makes outbox positions of different databases differ.</param>
internal sealed record RoomDatabase(DatabaseServer Server, Db Db, int From);

/// <summary>Where each logical shard lives.</summary>
internal sealed class StoreMap
{
    private readonly UserShard[] _users = new UserShard[LogicalShards.Count];
    private readonly RoomShard[] _rooms = new RoomShard[LogicalShards.Count];

    public StoreMap(MySqlStorageOptions options, Func<string, DatabaseServer> serverOf)
    {
        foreach (var range in options.Users)
        {
            var shard = new UserShard(serverOf(range.ConnectionString), new Db(MySqlDriver.DatabaseOf(range.ConnectionString)));
            Array.Fill(_users, shard, range.From, range.To - range.From + 1);
        }

        // Where either list begins another range, another range of rooms begins.
        var number = 0;
        foreach (var rooms in options.Rooms.OrderBy(r => r.From))
        {
            foreach (var messages in options.Messages.Where(m => m.From <= rooms.To && rooms.From <= m.To).OrderBy(m => m.From))
            {
                var (from, to) = (Math.Max(rooms.From, messages.From), Math.Min(rooms.To, messages.To));
                var shard = new RoomShard(
                    serverOf(messages.ConnectionString),
                    new Db(MySqlDriver.DatabaseOf(rooms.ConnectionString)),
                    new Db(MySqlDriver.DatabaseOf(messages.ConnectionString)),
                    number++);
                Array.Fill(_rooms, shard, from, to - from + 1);
            }
        }

        UserShards = [.. _users.Distinct()];
        RoomShards = [.. _rooms.Distinct()];
        RoomDatabases = Databases(options.Rooms, range => _rooms[range.From].Server);
        MessageDatabases = Databases(options.Messages, range => _rooms[range.From].Server);
    }

    /// <summary>All places of users.</summary>
    public IReadOnlyList<UserShard> UserShards { get; }

    /// <summary>All ranges of rooms.</summary>
    public IReadOnlyList<RoomShard> RoomShards { get; }

    /// <summary>The databases of rooms, each once.</summary>
    public IReadOnlyList<RoomDatabase> RoomDatabases { get; }

    /// <summary>The databases of messages, each once.</summary>
    public IReadOnlyList<RoomDatabase> MessageDatabases { get; }

    /// <summary>Where what there is only one of is kept.</summary>
    public UserShard First => _users[0];

    public UserShard Of(UserId user) => _users[LogicalShards.Of(user)];

    public UserShard Of(SessionId session) => _users[LogicalShards.Of(session)];

    public UserShard OfUsername(string username) => _users[LogicalShards.OfKey(username)];

    public RoomShard Of(RoomId room) => _rooms[LogicalShards.Of(room)];

    public RoomShard OfDirectKey(string directKey) => _rooms[LogicalShards.OfKey(directKey)];

    /// <summary>The shards' values by server, so that each server is asked once.</summary>
    public static IEnumerable<IGrouping<DatabaseServer, IGrouping<UserShard, T>>> ByServer<T>(IEnumerable<T> values, Func<T, UserShard> shardOf) =>
        values.GroupBy(shardOf).GroupBy(shard => shard.Key.Server);

    /// <inheritdoc cref="ByServer{T}(IEnumerable{T}, Func{T, UserShard})"/>
    public static IEnumerable<IGrouping<DatabaseServer, IGrouping<RoomShard, T>>> ByServer<T>(IEnumerable<T> values, Func<T, RoomShard> shardOf) =>
        values.GroupBy(shardOf).GroupBy(shard => shard.Key.Server);

    private static IReadOnlyList<RoomDatabase> Databases(IList<ShardRange> ranges, Func<ShardRange, DatabaseServer> serverOf) =>
    [
        .. ranges.OrderBy(range => range.From)
            .Select(range => new RoomDatabase(serverOf(range), new Db(MySqlDriver.DatabaseOf(range.ConnectionString)), range.From))
            .DistinctBy(database => (database.Server, database.Db)),
    ];
}
