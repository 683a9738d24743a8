namespace Chat.BrowserTests;

/// <summary>What was written and not sent, and what was sent and did not get out.</summary>
public sealed class DraftTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Drafts_are_kept_per_room_over_a_reload_and_in_other_tabs() => PlayAsync(async () =>
    {
        var (ann, _, work) = await TwoInARoomAsync();
        await ann["composer"].FillAsync("half a thought for work");
        var other = await ann.CreateRoomAsync(Contracts.RoomKind.Private, "Elsewhere");
        await Expect(ann["composer"]).ToHaveValueAsync("");
        await ann["composer"].FillAsync("다른 방에 쓰던 말");
        await ann.OpenRoomAsync(work);
        await Expect(ann["composer"]).ToHaveValueAsync("half a thought for work");
        await ann.Page.ReloadAsync();
        await Expect(ann["composer"]).ToHaveValueAsync("half a thought for work");
        await ann.OpenRoomAsync(other);
        await Expect(ann["composer"]).ToHaveValueAsync("다른 방에 쓰던 말");

        var second = await OpenAsync("ann's second tab", ann.Page.Context, Tab.PathOf(other));
        await Expect(second["composer"]).ToHaveValueAsync("다른 방에 쓰던 말");
        await second["composer"].FillAsync("in the second tab");
        await Expect(ann["composer"]).ToHaveValueAsync("in the second tab");
        await second["composer"].PressAsync("Enter");
        await second.ShowsAsync("in the second tab");
        await ann.ShowsAsync("in the second tab");
        await Expect(ann["composer"]).ToHaveValueAsync("");
    });

    [Fact]
    public Task Two_tabs_with_one_message_on_its_way_send_it_once() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        ann.ExpectRefusals();
        bob.ExpectRefusals();
        var second = await OpenAsync("ann's second tab", ann.Page.Context, Tab.PathOf(room));
        second.ExpectRefusals();
        await second.OnlineAsync();
        await Server.KillAsync();
        await ann.NotOnlineAsync();
        await second.NotOnlineAsync();
        await ann.EnterAsync("from the first tab");
        await second.EnterAsync("from the second tab");
        await Expect(ann["pending-message"].First).ToBeVisibleAsync();
        await Expect(second["pending-message"].First).ToBeVisibleAsync();
        await Server.StartAsync();
        foreach (var tab in new[] { ann, second, bob })
        {
            await tab.OnlineAsync();
            await Expect(tab["pending-message"]).ToHaveCountAsync(0);
            await Expect(tab["message-text"]).ToHaveCountAsync(2);
        }

        var kept = (await bob.Person.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items;
        kept.Select(m => m.Text).Order(StringComparer.Ordinal).ShouldBe(["from the first tab", "from the second tab"]);
        await bob.ShowsAsync([.. kept.Select(m => m.Text)]);
    });
}
