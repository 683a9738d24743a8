using System.Text;
using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// The fixed part of sharding: every room and every user belongs for ever to one of 256 logical shards, as does every key that must be unique.
/// Where a shard lives is configuration. Part of the stored format: none of these functions ever changes.
/// </summary>
public static class LogicalShards
{
    /// <summary>How many there are.</summary>
    public const int Count = 256;

    /// <summary>The room's shard, 0 to 255.</summary>
    public static int Of(RoomId room) => Mix((ulong)room.Value);

    /// <summary>The user's shard, 0 to 255.</summary>
    public static int Of(UserId user) => Mix((ulong)user.Value);

    /// <summary>The session's shard, 0 to 255: its user's, see <see cref="Placement"/>.</summary>
    public static int Of(SessionId session) => Mix((ulong)session.Value);

    /// <summary>The shard of a key that is taken as it is spelled (a user name, a direct room's key): FNV-1a over its UTF-8, then as for ids.</summary>
    public static int OfKey(string key)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var unit in Encoding.UTF8.GetBytes(key))
        {
            hash = (hash ^ unit) * 0x100000001B3;
        }

        return Mix(hash);
    }

    // Finalizer of SplitMix64, top eight bits: neighbouring ids spread evenly.
    private static int Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        x ^= x >> 31;
        return (int)(x >> 56);
    }
}
