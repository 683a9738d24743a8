using Chat.Contracts;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Tests;

public sealed class AcknowledgedTests
{
    private static readonly RoomId Room = new(7301);
    private static readonly RoomId Other = new(7302);

    private readonly Acknowledged _acknowledged = new();

    [Fact]
    public void Acknowledgements_in_any_order_make_the_log_that_much_longer()
    {
        Hear(7, 5, 6);
        _acknowledged.Add(Other, 2);

        _acknowledged.Follow(Room, 4).ShouldBe(7);
        _acknowledged.Follow(Other, 1).ShouldBe(2);
    }

    [Fact]
    public void A_room_without_sends_is_where_it_was() => _acknowledged.Follow(Room, 4).ShouldBe(4);

    [Theory]
    [InlineData(6, 7)]
    [InlineData(5, 7)]
    [InlineData(5, 6, 6)]
    [InlineData(4, 5, 6)]
    [InlineData(5, 6, 6, 8)]
    [InlineData(5, 7, 7, 8)]
    public void Seqs_that_are_missing_or_come_twice_are_found(params int[] seqs)
    {
        Hear(seqs);

        Should.Throw<LoadTestException>(() => _acknowledged.Follow(Room, 4));
    }

    private void Hear(params int[] seqs)
    {
        foreach (var seq in seqs)
        {
            _acknowledged.Add(Room, seq);
        }
    }
}
