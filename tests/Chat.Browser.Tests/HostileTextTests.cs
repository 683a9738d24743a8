using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>What users typed is shown as they typed it, and runs nowhere.</summary>
public sealed class HostileTextTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const string Name = "<img src=x onerror=hacked=1>Ann";
    private const string Topic = "\"'><script>hacked=1</script>";
    private const string Status = "</p><iframe src=javascript:hacked=1></iframe>";
    private const string Device = "<img src=x onerror=hacked=1>Telephone";
    private const string Text = "<script>hacked=1</script><a href=\"javascript:hacked=1\">link</a> &lt;b&gt; {{hacked=1}}";

    [Fact]
    public Task Markup_is_text_in_every_field() => PlayAsync(async () =>
    {
        var ann = await SignUpAsync("ann", Name);
        var bob = await SignUpAsync("bob", "<b>Bob</b>");
        var roomName = Own("<svg onload=hacked=1>Room</svg>");
        var room = await ann.CreateRoomAsync(RoomKind.Public, roomName, Topic);
        await Expect(ann["room-title"]).ToHaveTextAsync(roomName);
        await Expect(ann["room-topic"]).ToHaveTextAsync(Topic);

        await bob["discover"].ClickAsync();
        await Expect(bob["discover-item"]).ToContainTextAsync(roomName);
        await Expect(bob["discover-item"]).ToContainTextAsync(Topic);
        await bob["join"].ClickAsync();
        await Expect(bob["composer"]).ToBeVisibleAsync();

        await ann["composer"].PressSequentiallyAsync("<");
        await Expect(bob["typing"]).ToHaveTextAsync($"{Name} is typing…");
        await ann.SayAsync(Text);
        await bob.ShowsAsync(Text);
        await Expect(bob["author"]).ToHaveTextAsync(Name);
        await Expect(bob["announcer"]).ToHaveTextAsync($"{Name}: {Text}");
        await Expect(bob.Row(room)).ToContainTextAsync($"{Name}: {Text}");

        var api = await ApiOfAsync("bob");
        var first = (await api.MessagesAsync(room, MessageRange.Newest)).Items[0].Seq;
        await api.SendAsync(room, new("reply", "answer", ReplyTo: first));
        await Expect(bob["reply"]).ToHaveTextAsync($"{Name}: {Text}");

        await bob["show-members"].ClickAsync();
        await Expect(bob["member"].First).ToContainTextAsync(Name);
        await bob["hide-members"].ClickAsync();

        await bob["new-room"].ClickAsync();
        await bob["new-room-kind-direct"].CheckAsync();
        await bob["new-room-member-query"].FillAsync(Own("ann"));
        await Expect(bob["new-room-member-option"]).ToContainTextAsync(Name);
        await bob["new-room-member-option"].ClickAsync();
        await Expect(bob["new-room-dialog"]).ToContainTextAsync(Name);
        await bob["new-room-create"].ClickAsync();
        await Expect(bob["room-title"]).ToHaveTextAsync(Name);
        await Expect(ann["room-list"]).ToContainTextAsync("<b>Bob</b>");

        await NothingRanAsync(ann, bob);
    });

    [Fact]
    public Task Markup_is_text_in_every_panel_card_and_dialog() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", Name);
        var bob = await RegisterAsync("bob", "<b>Bob</b>");
        await ann.Api.UpdateMeAsync(new(Status: Status));
        var roomName = Own("<svg onload=hacked=1>Room</svg>");
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Private, roomName, Topic, [bob.Id]))).RoomId;
        var first = (await ann.Api.SendAsync(room, new("first", Text))).Seq;
        await ann.Api.PinAsync(room, first, on: true);
        await ann.Api.SendAsync(room, new("inside", Text, Thread: first));
        await bob.Api.LoginAsync(new(bob.Username, Person.Password, Device));
        var tab = await ArriveInAsync(bob, room);
        await Expect(tab["pinned-mark"]).ToBeVisibleAsync();

        await tab["show-pins"].ClickAsync();
        await Expect(tab["pinned"]).ToContainTextAsync(Text);
        await Expect(tab["pinned"]).ToContainTextAsync(Name);
        await tab["hide-pins"].ClickAsync();
        await tab["thread-link"].ClickAsync();
        await Expect(tab["thread"].GetByTestId("message-text").Last).ToHaveTextAsync(Text);
        await tab["hide-thread"].ClickAsync();

        await tab["author"].First.ClickAsync();
        await Expect(tab["person-card"]).ToContainTextAsync(Name);
        await Expect(tab["person-status"]).ToHaveTextAsync(Status);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab["show-members"].ClickAsync();
        await Expect(tab["members"]).ToContainTextAsync(Topic);
        await Expect(tab.Member(ann)).ToContainTextAsync(Status);
        await tab["hide-members"].ClickAsync();

        await tab["composer"].PressSequentiallyAsync("@ann");
        await Expect(tab["completion-option"].First).ToContainTextAsync(Name);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.SayAsync(Text);
        var own = tab["message"].Last;
        await Expect(own.GetByTestId("message-text")).ToHaveTextAsync(Text);
        await ann.Api.MarkReadAsync(room, first + 100);
        await Expect(own.GetByTestId("readers")).ToHaveAttributeAsync("title", $"Read by {Name}");
        await tab.ActAsync(own, "readers");
        await Expect(tab["readers-dialog"]).ToContainTextAsync(Text);
        await Expect(tab["reader"]).ToContainTextAsync(Name);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.ActAsync(own, "reply");
        await Expect(tab["reply-bar"]).ToContainTextAsync(Text);
        await tab["cancel-reply"].ClickAsync();
        await tab.ActAsync(own, "remove");
        await Expect(tab["remove-message"]).ToContainTextAsync(Text);
        await tab["remove-cancel"].ClickAsync();

        await tab.Page.Keyboard.PressAsync("Control+k");
        await Expect(tab["switcher-option"].First).ToContainTextAsync(roomName);
        await tab["switcher-query"].FillAsync(ann.Username);
        await Expect(tab["switcher-option"].First).ToContainTextAsync(Name);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab["open-profile"].ClickAsync();
        await Expect(tab["session"].Filter(new() { HasText = Device })).ToHaveCountAsync(1);
        await tab.Page.Keyboard.PressAsync("Escape");

        // A draft elsewhere, and the word with which one is sent away.
        await tab["composer"].FillAsync(Text);
        await tab.CreateRoomAsync(RoomKind.Private, "Elsewhere");
        await Expect(tab.Row(room)).ToContainTextAsync($"Draft: {Text}");
        await tab.OpenRoomAsync(room);
        // The other room has none: this one is open.
        await Expect(tab["message-text"].First).ToBeVisibleAsync();
        await ann.Api.RemoveMemberAsync(room, bob.Id);
        await Expect(tab["room-gone-reason"]).ToContainTextAsync($"“{roomName}” by {Name}");
        await NothingRanAsync(tab);
    });

    [Fact]
    public Task Strange_characters_arrive_as_they_are_and_stay_in_their_place() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        var flood = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316\u034f", 300));
        var api = ann.Person.Api;
        string[] texts = ["\u202eevil\u202c and \u2066mixed\u2069", "zero\u200bwidth\u200d", flood, new string('W', 400), "\u202eunclosed"];
        for (var i = 0; i < texts.Length; i++)
        {
            await api.SendAsync(room, new($"s{i}", texts[i]));
        }

        await Expect(bob["message-text"]).ToHaveCountAsync(texts.Length);
        (await bob["message-text"].AllTextContentsAsync()).ShouldBe(texts);
        await bob.FitsItsWidthAsync("a room with strange text");
        // A flood of marks paints over nothing but its own message.
        var boxes = await bob["message-text"].EvaluateAllAsync<string[]>(
            "all => all.map(e => getComputedStyle(e.parentElement)).map(s => `${s.overflowX} ${s.unicodeBidi}`)");
        boxes.ShouldAllBe(box => box == "clip isolate");
    });

    [Fact]
    public Task Policy_is_strict_and_the_page_keeps_it() => PlayAsync(async () =>
    {
        var (ann, _, _) = await TwoInARoomAsync();
        var answer = await ann.Page.GotoAsync("/");
        var policy = (await answer!.AllHeadersAsync())["content-security-policy"];
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        foreach (var dialog in new[] { "discover", "new-room" })
        {
            await ann[dialog].ClickAsync();
            await Expect(ann[$"{dialog}-dialog"]).ToBeVisibleAsync();
            await ann.Page.Keyboard.PressAsync("Escape");
            await Expect(ann[$"{dialog}-dialog"]).ToHaveCountAsync(0);
        }

        ann.TakeFaults().ShouldBeEmpty();
        // What the page does not do would be stopped and noticed.
        await ann.Page.EvaluateAsync(
            """
            () => {
              for (const [kind, text] of [["script", "window.hacked = 1"], ["style", "body { display: none }"]]) {
                const element = document.createElement(kind);
                element.textContent = text;
                document.head.append(element);
              }
            }
            """);
        await Wait.Until(
            () => ann.Console.Any(l => l.Contains("policy: script-src", StringComparison.Ordinal))
                && ann.Console.Any(l => l.Contains("policy: style-src", StringComparison.Ordinal)),
            () => $"violation in the console: {string.Join('\n', ann.Console)}");
        (await ann.Page.EvaluateAsync<string>("() => typeof hacked")).ShouldBe("undefined");
        ann.TakeFaults().ShouldNotBeEmpty();
    });

    /// <summary>No element came from a text, and no text ran.</summary>
    private static async Task NothingRanAsync(params Tab[] tabs)
    {
        foreach (var tab in tabs)
        {
            await Expect(tab.Page.Locator("[onerror], [onload], a[href^=javascript], #root script, #root b, iframe")).ToHaveCountAsync(0);
            (await tab.Page.EvaluateAsync<string>("() => typeof hacked")).ShouldBe("undefined");
        }
    }
}
