using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>Messages that the server refused, and what their author does with them.</summary>
public sealed class UnsentTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Refused_messages_are_retried_under_their_clientId_edited_and_discarded() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        bob.ExpectRefusals();
        await bob.Page.Context.SetOfflineAsync(true);
        await Expect(bob["connection-banner"]).ToContainTextAsync("You are offline.");
        foreach (var text in new[] { "again", "better not", "worded badly" })
        {
            await bob.EnterAsync(text);
        }

        await Expect(bob["pending-message"]).ToHaveCountAsync(3);
        var ids = await bob.ClientIdsAsync();
        await ann.Person.Api.MuteAsync(room, bob.Person.Id, TimeProvider.System.GetUtcNow().AddHours(1));
        await bob.Page.Context.SetOfflineAsync(false);
        await bob.OnlineAsync();

        // Refused for good: each says why, and waits for its author.
        var failed = bob.Page.Locator("[data-testid=pending-message][data-state=failed]");
        await Expect(failed).ToHaveCountAsync(3);
        await Expect(failed.First).ToContainTextAsync("Not sent.");
        await Expect(failed.First.GetByRole(AriaRole.Alert)).ToHaveCountAsync(1);
        (await bob.ClientIdsAsync()).ShouldBe(ids);
        await ann.ShowsAsync();

        // And once more, as long as the reason stands.
        await failed.First.GetByTestId("retry").ClickAsync();
        await Expect(failed).ToHaveCountAsync(3);
        await ann.Person.Api.MuteAsync(room, bob.Person.Id, null);
        await Expect(bob["composer"]).ToBeVisibleAsync();
        await failed.Filter(new() { HasText = "better not" }).GetByTestId("discard").ClickAsync();
        await failed.Filter(new() { HasText = "worded badly" }).GetByTestId("take-back").ClickAsync();
        await Expect(bob["composer"]).ToHaveValueAsync("worded badly");
        await Expect(bob["composer"]).ToBeFocusedAsync();
        await failed.GetByTestId("retry").ClickAsync();
        await Expect(bob["pending-message"]).ToHaveCountAsync(0);
        await bob["composer"].FillAsync("worded well");
        await bob["composer"].PressAsync("Enter");
        foreach (var tab in new[] { ann, bob })
        {
            await tab.ShowsAsync("again", "worded well");
        }

        var kept = (await bob.Person.Api.MessagesAsync(room, MessageRange.After(0))).Items;
        kept[0].ClientId.ShouldBe(ids[0]);
    });
}
