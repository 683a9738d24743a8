using Chat.Abstractions;
using Chat.Testing;
using Chat.Testing.Specifications;

namespace Chat.State.Local.Tests;

public sealed class LocalRecentMessagesTests : RecentMessagesSpecification
{
    private readonly ManualTimeProvider _clock = new();
    private readonly LocalRecentMessages _recent;

    public LocalRecentMessagesTests() => _recent = new LocalRecentMessages(_clock);

    protected override IRecentMessages Here => _recent;

    protected override IRecentMessages There => _recent;

    [Fact]
    public async Task The_rooms_asked_for_last_stay_within_the_bound()
    {
        var favourite = NewRoom();
        await _recent.KeepAsync(favourite, new RecentPage(1, IsWhole: true, []));
        for (var i = 0; i < 200; i++)
        {
            await _recent.KeepAsync(NewRoom(), new RecentPage(1, IsWhole: true, [Samples.Message(1) with { Text = new string('x', 200_000) }]));
            (await _recent.FindAsync(favourite)).ShouldNotBeNull();
        }

        _recent.Count.ShouldBeInRange(60, 100);
    }

    [Fact]
    public async Task Nothing_is_remembered_for_longer_than_it_may_be()
    {
        var room = NewRoom();
        await _recent.KeepAsync(room, new RecentPage(1, IsWhole: true, []));
        _clock.Advance(IRecentMessages.Life);
        (await _recent.FindAsync(room)).ShouldBeNull();
        _recent.Count.ShouldBe(0);
    }
}
