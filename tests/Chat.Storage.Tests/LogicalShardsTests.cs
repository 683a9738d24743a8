using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Tests;

public sealed class LogicalShardsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 86)]
    [InlineData(7_301_000_000_000_000_000, 221)]
    [InlineData(long.MaxValue, 90)]
    public void A_rooms_shard_never_changes(long room, int shard) => LogicalShards.Of(new RoomId(room)).ShouldBe(shard);

    [Fact]
    public void Rooms_made_one_after_another_spread_over_all_shards()
    {
        var rooms = Enumerable.Range(0, 256 * 100).GroupBy(i => LogicalShards.Of(new RoomId((70_000_000L << 22) + i))).ToList();

        rooms.Count.ShouldBe(LogicalShards.Count);
        rooms.ShouldAllBe(shard => shard.Count() > 50 && shard.Count() < 200);
    }
}
