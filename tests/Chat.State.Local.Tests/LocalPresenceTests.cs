using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing.Specifications;

namespace Chat.State.Local.Tests;

public sealed class LocalPresenceTests : PresenceSpecification
{
    private readonly LocalPresence _presence = new();

    protected override IPresence Here => _presence;

    protected override IPresence There => _presence;

    [Fact]
    public async Task Users_who_went_are_remembered_up_to_a_bound_the_last_ones_longest()
    {
        const int Users = LocalPresence.MostRemembered + 1000;
        for (var i = 1; i <= Users; i++)
        {
            _presence.Tell(Online(new UserId(i)));
            _presence.Tell(Offline(new UserId(i)) with { LastSeen = Seen.AddSeconds(i) });
        }

        _presence.Count.ShouldBeLessThanOrEqualTo(LocalPresence.MostRemembered + 1);
        (await _presence.WatchAsync([new UserId(1), new UserId(Users)])).Select(info => info.LastSeen).ShouldBe([null, Seen.AddSeconds(Users)]);
    }
}
