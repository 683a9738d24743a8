using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.MySql;

/// <summary>
/// As many lanes for each range of rooms as a process has threads that write to its server: rooms of a lane share a transaction, and lanes of one
/// server flush together.
/// </summary>
internal sealed class MySqlShardMap(MySqlStore store) : IShardMap
{
    public int LaneOf(RoomId room)
    {
        var lanes = store.Options.WriteThreads;
        return (store.Map.Of(room).Number * lanes) + (LogicalShards.Of(room) % lanes);
    }
}
