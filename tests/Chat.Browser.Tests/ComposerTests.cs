namespace Chat.BrowserTests;

/// <summary>Writing: what sends and what does not.</summary>
public sealed class ComposerTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Enter_that_ends_a_composition_does_not_send() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        var composer = ann["composer"];
        var input = await InputMethod.OfAsync(ann, composer);
        var said = new List<string>();
        foreach (var (steps, result) in new[]
        {
            (["ㅎ", "하", "한"], "한"),
            (["k", "か", "かん", "漢"], "漢"),
            (new[] { "n", "ni", "ni h", "ni hao" }, "你好"),
        })
        {
            await input.ComposeAsync(steps);
            await input.EnterAsync();
            await input.CommitAsync(result);
            (await input.SeenAsync()).ShouldBe(["compositionstart", "Enter composing", "compositionend"]);
            await Expect(composer).ToHaveValueAsync(result);
            await ann.ShowsAsync([.. said]);

            await composer.PressAsync("Enter");
            (await input.SeenAsync()).ShouldBe(["Enter alone"]);
            said.Add(result);
            await ann.ShowsAsync([.. said]);
            await bob.ShowsAsync([.. said]);
            await Expect(composer).ToHaveValueAsync("");
        }
    });

    [Fact]
    public Task Enter_that_ends_a_composition_saves_no_edit_sends_no_reply_and_picks_no_room() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann.SayAsync("고칠 말");
        await bob.ShowsAsync("고칠 말");

        await ann["composer"].PressAsync("ArrowUp");
        await Expect(ann["edit-bar"]).ToBeVisibleAsync();
        await ComposeAsync(ann["composer"], "한");
        await Expect(ann["composer"]).ToHaveValueAsync("고칠 말한");
        await Expect(ann["edit-bar"]).ToBeVisibleAsync();
        await ann["composer"].PressAsync("Enter");
        await bob.ShowsAsync("고칠 말한");

        await ann.ActAsync(ann["message"].Last, "thread");
        await ComposeAsync(ann["thread-composer"], "漢");
        await Expect(ann["thread-composer"]).ToHaveValueAsync("漢");
        await Expect(ann["thread"].GetByTestId("message-text")).ToHaveCountAsync(1);
        await ann["thread-composer"].PressAsync("Enter");
        await Expect(ann["thread"].GetByTestId("message-text")).ToHaveTextAsync(["고칠 말한", "漢"]);
        await ann["hide-thread"].ClickAsync();

        var other = await ann.CreateRoomAsync(Contracts.RoomKind.Private, "한국");
        await ann.OpenRoomAsync(room);
        await ann.Page.Keyboard.PressAsync("Control+k");
        await ComposeAsync(ann["switcher-query"], "한");
        await Expect(ann["switcher-option"].First).ToContainTextAsync("한국");
        ann.RoomId.ShouldBe(room);
        await ann["switcher-query"].PressAsync("Enter");
        await Expect(ann["room-title"]).ToHaveTextAsync("한국");
        ann.RoomId.ShouldBe(other);

        async Task ComposeAsync(ILocator field, string text)
        {
            var input = await InputMethod.OfAsync(ann, field);
            await input.ComposeAsync(text);
            await input.EnterAsync();
            await input.CommitAsync(text);
            (await input.SeenAsync()).ShouldBe(["compositionstart", "Enter composing", "compositionend"]);
        }
    });

    [Fact]
    public Task Enter_that_Safari_reports_after_the_composition_does_not_send() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann["composer"].FillAsync("漢字");
        // Safari has ended the composition by then; only the key code still tells.
        var sent = await ann["composer"].EvaluateAsync<bool>(
            "area => !area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))");
        sent.ShouldBeFalse();
        await Expect(ann["composer"]).ToHaveValueAsync("漢字");
        await ann["composer"].PressAsync("Enter");
        await bob.ShowsAsync("漢字");
    });

    [Fact]
    public Task Shift_and_Enter_makes_a_line_and_blanks_are_not_sent() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.EnterAsync("   ");
        await Expect(ann["send"]).ToBeDisabledAsync();
        await ann["composer"].FillAsync("first");
        await ann["composer"].PressAsync("Shift+Enter");
        await ann["composer"].PressSequentiallyAsync("second");
        await ann["send"].ClickAsync();
        await Expect(bob["message-text"]).ToHaveCountAsync(1);
        (await bob["message-text"].InnerTextAsync()).ShouldBe("first\nsecond");
    });

    [Fact]
    public Task Message_that_is_too_long_says_so_and_can_be_shortened() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        var longest = new string('x', 8192);
        await ann.SayAsync(longest);
        await bob.ShowsAsync(longest);
        await ann.EnterAsync(longest + "y");
        await Expect(ann["too-long"]).ToContainTextAsync("by 1 character.");
        await Expect(ann["send"]).ToBeDisabledAsync();
        await Expect(ann["composer"]).ToHaveValueAsync(longest + "y");
        await Expect(ann["pending-message"]).ToHaveCountAsync(0);
        await ann.SayAsync("shorter");
        await Expect(ann["too-long"]).ToHaveCountAsync(0);
        await bob.ShowsAsync(longest, "shorter");
    });
}
