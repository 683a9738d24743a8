namespace Chat.BrowserTests;

/// <summary>Names and emoji that are completed while one writes, with an input method too.</summary>
public sealed class CompletionTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Mention_is_completed_sent_and_counted() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await bob.CreateRoomAsync(Contracts.RoomKind.Private, "Elsewhere");
        await ann["composer"].PressSequentiallyAsync("Hello @bo");
        await Expect(ann["completion-option"].First).ToHaveAttributeAsync("data-key", bob.Person.Username);
        await ann["composer"].PressAsync("Tab");
        await Expect(ann["composer"]).ToHaveValueAsync($"Hello @{bob.Person.Username} ");
        await Expect(ann["completion"]).ToHaveCountAsync(0);
        await ann["composer"].PressAsync("Enter");
        await Expect(bob.Row(room).GetByTestId("mention-badge")).ToHaveTextAsync("@");
        await bob.OpenRoomAsync(room);
        await Expect(bob["mention"]).ToHaveAttributeAsync("data-me", "true");
        await Expect(bob["mention"]).ToHaveAttributeAsync("title", "Bob");
        await bob["mention"].ClickAsync();
        await Expect(bob["person-username"]).ToHaveTextAsync($"@{bob.Person.Username}");
    });

    [Fact]
    public Task Emoji_is_completed_by_its_name_and_picked_from_the_picker() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann["composer"].PressSequentiallyAsync(":thumbs");
        await Expect(ann["completion-option"].First).ToHaveAttributeAsync("data-key", "👍");
        await ann["composer"].PressAsync("ArrowDown");
        await ann["composer"].PressAsync("ArrowUp");
        await ann["composer"].PressAsync("Enter");
        await Expect(ann["composer"]).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^👍 ?$", default, TimeSpan.FromSeconds(1)));
        await Expect(ann["message-text"]).ToHaveCountAsync(0);
        await ann["emoji"].ClickAsync();
        await Expect(ann["emoji-query"]).ToBeFocusedAsync();
        await ann["emoji-query"].FillAsync("octopus");
        await Expect(ann["emoji-option"].First).ToContainTextAsync("🐙");
        await ann["emoji-query"].PressAsync("Enter");
        await Expect(ann["emoji-picker"]).ToHaveCountAsync(0);
        await Expect(ann["composer"]).ToBeFocusedAsync();
        await ann["composer"].PressAsync("Enter");
        await Expect(bob["message-text"]).ToContainTextAsync("🐙");
        await Expect(bob["message-text"]).ToContainTextAsync("👍");
    });

    [Fact]
    public Task Escape_closes_the_completion_and_the_text_stays() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann["composer"].PressSequentiallyAsync("@bo");
        await Expect(ann["completion"]).ToBeVisibleAsync();
        await ann["composer"].PressAsync("Escape");
        await Expect(ann["completion"]).ToHaveCountAsync(0);
        await ann["composer"].PressAsync("Enter");
        await bob.ShowsAsync("@bo");
    });

    [Fact]
    public Task Composing_enter_neither_picks_nor_sends_while_the_completion_is_open() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        var mina = await RegisterAsync("mina", "민아");
        await ann.Person.Api.AddMembersAsync(ann.RoomId, [mina.Id]);
        var composer = ann["composer"];
        var input = await InputMethod.OfAsync(ann, composer);
        await composer.PressSequentiallyAsync("@");
        await Expect(ann["completion"]).ToBeVisibleAsync();

        await input.ComposeAsync("ㅁ", "미", "민", "민ㅇ", "민아");
        await Expect(ann["completion-option"].First).ToHaveAttributeAsync("data-key", mina.Username);
        await input.EnterAsync();
        await Expect(ann["message-text"]).ToHaveCountAsync(0);
        await Expect(composer).ToHaveValueAsync("@민아");
        await input.CommitAsync("민아");
        await Expect(composer).ToHaveValueAsync("@민아");
        (await input.SeenAsync()).ShouldBe(["compositionstart", "Enter composing", "compositionend"]);

        // The next Enter picks, the one after it sends, once.
        await Expect(ann["completion-option"].First).ToHaveAttributeAsync("data-key", mina.Username);
        await composer.PressAsync("Enter");
        await Expect(composer).ToHaveValueAsync($"@{mina.Username} ");
        await Expect(ann["message-text"]).ToHaveCountAsync(0);
        await composer.PressAsync("Enter");
        await Expect(bob["mention"]).ToHaveAttributeAsync("title", "민아");
        await Expect(ann["message-text"]).ToHaveCountAsync(1);
    });
}
