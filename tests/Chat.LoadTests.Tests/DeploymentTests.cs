using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Tests;

public sealed class DeploymentTests
{
    private static readonly Deployment Three =
        new("three", [new("http://127.0.0.1:1/"), new("http://127.0.0.1:2/"), new("http://127.0.0.1:3/")], []);

    [Theory]
    [InlineData(16)]
    [InlineData(128)]
    public void Connections_are_spread_evenly_over_the_gateways(int connections)
    {
        var counts = Enumerable.Range(0, connections).CountBy(Three.AddressOf).Select(gateway => gateway.Value).ToList();

        counts.Count.ShouldBe(3);
        (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Neighbours_who_share_a_room_are_at_different_gateways() =>
        Enumerable.Range(0, 12).Chunk(3).ShouldAllBe(room => room.Select(Three.AddressOf).Distinct().Count() == 3);

    [Fact]
    public void Its_first_gateways_take_all_connections()
    {
        var two = Three.First(2, "two");

        two.Name.ShouldBe("two");
        Enumerable.Range(0, 12).Select(two.AddressOf).Distinct().ShouldBe(Three.Addresses.Take(2));
    }

    [Fact]
    public void Gateways_are_summed_and_what_only_one_has_counts_in_full()
    {
        var sum = ServerState.Sum(
        [
            new(1.5, 100, new Dictionary<string, double>(StringComparer.Ordinal) { ["chat.rooms.commit.conflicts"] = 3, ["gc.gen0"] = 1 }),
            new(2.5, 200, new Dictionary<string, double>(StringComparer.Ordinal) { ["chat.rooms.commit.conflicts"] = 4 }),
        ]);

        sum.Cpu.ShouldBe(4);
        sum.Resident.ShouldBe(300);
        sum["chat.rooms.commit.conflicts"].ShouldBe(7);
        sum["gc.gen0"].ShouldBe(1);
        sum["chat.rooms.refused"].ShouldBe(double.NaN);
    }
}
