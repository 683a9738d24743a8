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

    [Theory]
    [InlineData("", 245)]
    [InlineData("ann", 128)]
    [InlineData("7301-7302", 145)]
    [InlineData("김민수", 252)]
    public void A_keys_shard_never_changes(string key, int shard) => LogicalShards.OfKey(key).ShouldBe(shard);

    [Fact]
    public void Ids_are_placed_on_the_shard_of_what_they_belong_to()
    {
        var ids = new Numbers();
        for (var i = 0; i < 50; i++)
        {
            var user = ids.NextUser($"user{i}");
            var key = Placement.DirectKey([user, new UserId(7), user]);

            key.ShouldBe($"7-{user}");
            LogicalShards.Of(user).ShouldBe(LogicalShards.OfKey($"user{i}"));
            LogicalShards.Of(ids.NextSession(user)).ShouldBe(LogicalShards.Of(user));
            LogicalShards.Of(ids.NextDirectRoom(key)).ShouldBe(LogicalShards.OfKey(key));
        }
    }

    [Fact]
    public void A_source_that_makes_no_ids_is_not_asked_for_ever() =>
        Should.Throw<InvalidOperationException>(() => new Numbers { Step = 0 }.NextUser("ann"));

    private sealed class Numbers : IIdSource
    {
        private long _last = 70_000_000L << 22;

        public int Step { get; init; } = 1;

        public long Next() => _last += Step;
    }
}
