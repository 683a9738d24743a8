using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>What everybody should find again.</summary>
public sealed class PinsTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Pins_are_found_in_their_panel_and_jumped_to() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        var pinned = (await ann.Api.SendAsync(room, new("p", "The key is under the mat"))).Seq;
        await ann.Api.PinAsync(room, pinned, on: true);
        await using (var flood = await Flood.OfAsync(Server.Address, room, ann))
        {
            await flood.FillAsync(300, i => $"line {i}");
        }

        await bob.Api.MarkReadAsync(room, (await bob.Api.MessagesAsync(room, MessageRange.Newest, 1)).LastSeq);
        var (owner, member) = (await ArriveInAsync(ann, room), await ArriveInAsync(bob, room));
        foreach (var tab in new[] { owner, member })
        {
            await tab["show-pins"].ClickAsync();
            await Expect(tab["pinned"]).ToContainTextAsync("The key is under the mat");
        }

        await Expect(member["unpin"]).ToHaveCountAsync(0);
        await member["pin-jump"].ClickAsync();
        await Expect(member.Message(pinned)).ToBeInViewportAsync();
        await owner["unpin"].ClickAsync();
        await Expect(member["pinned"]).ToHaveCountAsync(0);
        (await ann.Api.PinsAsync(room)).Items.ShouldBeEmpty();
    });
}
