using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// The fixed part of sharding: every room belongs for ever to one of 256 logical shards. Where a shard lives is configuration.
/// </summary>
public static class LogicalShards
{
    /// <summary>How many there are.</summary>
    public const int Count = 256;

    /// <summary>
    /// The room's shard, 0 to 255. Part of the stored format: never changes. (Finalizer of SplitMix64, top eight bits: neighbouring ids
    /// spread evenly.)
    /// </summary>
    public static int Of(RoomId room)
    {
        var x = (ulong)room.Value;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        x ^= x >> 31;
        return (int)(x >> 56);
    }
}
