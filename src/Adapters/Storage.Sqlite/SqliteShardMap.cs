using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>One file has one writer, so all shards share lane 0.</summary>
internal sealed class SqliteShardMap : IShardMap
{
    public int LaneOf(RoomId room) => 0;
}
