using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>What can be done with a message, by its buttons, its menu and its keys, and how the other one sees it.</summary>
public sealed class MessageTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Arrow_up_changes_the_last_own_message_and_escape_leaves_it_as_it_was() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.SayAsync("first");
        await ann.SayAsync("secnod");
        await bob.SayAsync("not Ann's");
        await ann.ShowsAsync("first", "secnod", "not Ann's");

        await ann["composer"].PressAsync("ArrowUp");
        await Expect(ann["edit-bar"]).ToContainTextAsync("secnod");
        await Expect(ann["composer"]).ToHaveValueAsync("secnod");
        await ann["composer"].FillAsync("thrown away");
        await ann["composer"].PressAsync("Escape");
        await Expect(ann["edit-bar"]).ToHaveCountAsync(0);
        await Expect(ann["composer"]).ToHaveValueAsync("");

        await ann["composer"].PressAsync("ArrowUp");
        await ann["composer"].FillAsync("**second**");
        await ann["composer"].PressAsync("Enter");
        foreach (var tab in new[] { ann, bob })
        {
            await tab.ShowsAsync("first", "second", "not Ann's");
            await Expect(tab["edited"]).ToHaveCountAsync(1);
            await Expect(tab["message-text"].Nth(1).Locator("strong")).ToHaveTextAsync("second");
        }

        await Expect(ann["composer"]).ToBeFocusedAsync();
        await bob["composer"].FillAsync("a draft stays while there is text");
        await bob["composer"].PressAsync("ArrowUp");
        await Expect(bob["edit-bar"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Reply_points_to_its_message() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.SayAsync("Who comes along?");
        await bob.ShowsAsync("Who comes along?");
        await bob.ActAsync(bob["message"].First, "reply");
        await Expect(bob["reply-bar"]).ToContainTextAsync("Replying to Ann");
        await Expect(bob["composer"]).ToBeFocusedAsync();
        await bob.SayAsync("I do");
        await ann.ShowsAsync("Who comes along?", "I do");
        await Expect(ann["reply"]).ToContainTextAsync("Who comes along?");
        await Expect(bob["reply-bar"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Deleting_asks_first_and_erases_for_everybody() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann.SayAsync("a slip");
        await bob.ShowsAsync("a slip");
        await ann.ActAsync(ann["message"].First, "remove");
        await ann["remove-cancel"].ClickAsync();
        await bob.ShowsAsync("a slip");
        await ann.ActAsync(ann["message"].First, "remove");
        await ann["remove-confirm"].ClickAsync();
        foreach (var tab in new[] { ann, bob })
        {
            await Expect(tab["message-deleted"]).ToHaveCountAsync(1);
            await Expect(tab["message-text"]).ToHaveCountAsync(0);
        }

        (await bob.Person.Api.MessagesAsync(room, MessageRange.Newest)).Items[0].Text.ShouldBe("");
        // What is not Bob's own he is not offered to delete.
        await ann.SayAsync("stays");
        await bob.ShowsAsync("stays");
        await bob["message"].Last.HoverAsync();
        await bob["message"].Last.GetByTestId("tool-menu").ClickAsync();
        await Expect(bob["message-menu"]).ToBeVisibleAsync();
        await Expect(bob["message-remove"]).ToHaveCountAsync(0);
        await Expect(bob["message-edit"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Reactions_are_set_taken_back_and_counted() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.SayAsync("Cake is ready");
        await bob.ShowsAsync("Cake is ready");
        await bob.ActAsync(bob["message"].First, "react");
        await Expect(bob["emoji-query"]).ToBeFocusedAsync();
        await bob["emoji-query"].FillAsync("cake");
        await bob["emoji-option"].First.ClickAsync();
        await Expect(bob["emoji-picker"]).ToHaveCountAsync(0);
        await Expect(ann["reaction"]).ToContainTextAsync("1");
        await Expect(ann["reaction"]).ToHaveAttributeAsync("aria-pressed", "false");
        await ann["reaction"].ClickAsync();
        foreach (var tab in new[] { ann, bob })
        {
            await Expect(tab["reaction"]).ToContainTextAsync("2");
            await Expect(tab["reaction"]).ToHaveAttributeAsync("aria-pressed", "true");
        }

        await bob["reaction"].ClickAsync();
        await Expect(ann["reaction"]).ToContainTextAsync("1");
        await ann["reaction"].ClickAsync();
        await Expect(bob["reaction"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Thread_is_begun_from_a_message_and_found_again_in_the_room() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.SayAsync("Plans for Sunday");
        await bob.ShowsAsync("Plans for Sunday");
        await bob.ActAsync(bob["message"].First, "thread");
        await Expect(bob["thread-composer"]).ToBeFocusedAsync();
        await bob["thread-composer"].FillAsync("A walk");
        await bob["thread-composer"].PressAsync("Enter");
        await Expect(bob["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Plans for Sunday", "A walk"]);
        await Expect(ann["thread-link"]).ToContainTextAsync("1");
        await Expect(ann["thread-row"]).ToContainTextAsync("A walk");
        await ann["thread-link"].ClickAsync();
        await Expect(ann["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Plans for Sunday", "A walk"]);
        await ann["thread-composer"].FillAsync("Gladly");
        await ann["thread-composer"].PressAsync("Enter");
        await Expect(bob["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Plans for Sunday", "A walk", "Gladly"]);
        await Expect(bob["thread-link"]).ToContainTextAsync("2");
    });

    [Fact]
    public Task Pin_is_set_and_taken_back_from_the_menu() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann.SayAsync("Rules: be kind");
        await bob.ShowsAsync("Rules: be kind");
        await ann.ActAsync(ann["message"].First, "pin");
        await Expect(bob["pinned-mark"]).ToHaveCountAsync(1);
        (await bob.Person.Api.PinsAsync(room)).Items.ShouldHaveSingleItem().Text.ShouldBe("Rules: be kind");
        await ann.ActAsync(ann["message"].First, "unpin");
        await Expect(bob["pinned-mark"]).ToHaveCountAsync(0);
    });
}
