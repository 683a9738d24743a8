using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// Chooses ids so that what must be unique, or is asked for together, lies on one shard, and no index over all shards is needed: a user on the
/// shard of the user name, a direct room on that of its users' key, a session on its user's. An id is drawn until its shard is the right one,
/// 256 draws on average, each some ten nanoseconds (docs/adr/0008).
/// </summary>
public static class Placement
{
    // Not to find one in so many draws happens once in e^256 times: the source does not make ids.
    private const int MostDraws = 256 * LogicalShards.Count;

    /// <summary>What names the direct room of these users: their sorted ids.</summary>
    public static string DirectKey(IEnumerable<UserId> users) => string.Join('-', users.Distinct().Order());

    /// <summary>An id for a new user of that name.</summary>
    public static UserId NextUser(this IIdSource ids, string username)
    {
        var shard = LogicalShards.OfKey(username);
        return new UserId(Draw(ids, id => LogicalShards.Of(new UserId(id)) == shard));
    }

    /// <summary>An id for a new session of that user.</summary>
    public static SessionId NextSession(this IIdSource ids, UserId user)
    {
        var shard = LogicalShards.Of(user);
        return new SessionId(Draw(ids, id => LogicalShards.Of(new SessionId(id)) == shard));
    }

    /// <summary>An id for a new direct room with that key (<see cref="DirectKey"/>).</summary>
    public static RoomId NextDirectRoom(this IIdSource ids, string directKey)
    {
        var shard = LogicalShards.OfKey(directKey);
        return new RoomId(Draw(ids, id => LogicalShards.Of(new RoomId(id)) == shard));
    }

    private static long Draw(IIdSource ids, Predicate<long> fits)
    {
        for (var draw = 0; draw < MostDraws; draw++)
        {
            if (ids.Next() is var id && fits(id))
            {
                return id;
            }
        }

        throw new InvalidOperationException($"None of {MostDraws} ids fell on the wanted shard.");
    }
}
