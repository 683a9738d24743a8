using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>What people do in a chat, with two of them looking on.</summary>
public sealed class ConversationTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Two_users_chat_and_find_their_history_after_a_reload() => PlayAsync(async () =>
    {
        var ann = await SignUpAsync("ann", "Ann");
        var bob = await SignUpAsync("bob", "Bob");
        var harbour = Own("Harbour");
        var room = await ann.CreateRoomAsync(RoomKind.Public, harbour, "Ships and tides");
        await bob["discover"].ClickAsync();
        await bob["discover-query"].FillAsync(harbour);
        await bob["discover-item"].Filter(new() { HasText = harbour }).GetByTestId("join").ClickAsync();
        await Expect(bob["room-title"]).ToHaveTextAsync(harbour);
        await Expect(bob["room-topic"]).ToHaveTextAsync("Ships and tides");

        string[] said = ["Good morning!", "안녕하세요, 반갑습니다", "おはようございます", "早上好", "👩‍💻🇰🇷 ❤️‍🔥"];
        foreach (var text in said)
        {
            await ann.SayAsync(text);
        }

        await bob.ShowsAsync(said);
        await bob.SayAsync("And good morning to you");
        string[] all = [.. said, "And good morning to you"];
        await ann.ShowsAsync(all);
        await bob.ShowsAsync(all);
        await Expect(ann["author"]).ToHaveTextAsync(["Ann", "Bob"]);

        await Task.WhenAll(ann.Page.ReloadAsync(), bob.Page.ReloadAsync());
        await ann.ShowsAsync(all);
        await bob.ShowsAsync(all);
        await Expect(ann["pending-message"]).ToHaveCountAsync(0);
        await bob.SayAsync("Still here");
        await ann.ShowsAsync([.. all, "Still here"]);
        ann.RoomId.ShouldBe(room);
    });

    [Fact]
    public Task Unread_and_mention_badges_count_and_clear_in_every_tab() => PlayAsync(async () =>
    {
        var (ann, bob, work) = await TwoInARoomAsync();
        await ann.SayAsync("seen");
        await bob.ShowsAsync("seen");
        await bob.CreateRoomAsync(RoomKind.Private, "Elsewhere");
        var other = await OpenAsync("bob's other tab", bob.Page.Context);
        await other.OnlineAsync();

        await ann.SayAsync("one");
        var mention = $"two, @{bob.Person.Username}";
        await ann.SayAsync(mention);
        await ann.SayAsync("three");

        foreach (var tab in new[] { bob, other })
        {
            await Expect(tab.Row(work).GetByTestId("unread-badge")).ToHaveTextAsync("3");
            await Expect(tab.Row(work).GetByTestId("mention-badge")).ToHaveTextAsync("@");
            await Expect(tab.Page).ToHaveTitleAsync("(3) Chat");
        }

        await bob.Page.ReloadAsync();
        await Expect(bob.Row(work).GetByTestId("unread-badge")).ToHaveTextAsync("3");
        await bob.OpenRoomAsync(work);
        await bob.ShowsAsync("seen", "one", mention, "three");
        await Expect(bob.Page.Locator("[data-testid=new-since] + [data-testid=message]")).ToContainTextAsync("one");
        foreach (var tab in new[] { bob, other })
        {
            await Expect(tab.Row(work).GetByTestId("unread-badge")).ToHaveCountAsync(0);
            await Expect(tab.Row(work).GetByTestId("mention-badge")).ToHaveCountAsync(0);
            await Expect(tab.Page).ToHaveTitleAsync("Chat");
        }
    });

    [Fact]
    public Task Replies_edits_reactions_and_deletions_appear_at_once() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann.SayAsync("Shall we?");
        await bob.ShowsAsync("Shall we?");
        var api = bob.Person.Api;
        var first = (await api.MessagesAsync(room, MessageRange.Newest)).Items[0].Seq;

        var reply = await api.SendAsync(room, new("r", "We shall", ReplyTo: first));
        await ann.ShowsAsync("Shall we?", "We shall");
        await Expect(ann["reply"]).ToHaveTextAsync("Ann: Shall we?");
        await api.ReactAsync(room, first, "👍", on: true);
        await Expect(ann["reaction"]).ToHaveTextAsync("👍 1");
        await api.ReactAsync(room, first, "👍", on: false);
        await Expect(ann["reaction"]).ToHaveCountAsync(0);
        await api.EditAsync(room, reply.Seq, "We will");
        await ann.ShowsAsync("Shall we?", "We will");
        await Expect(ann["edited"]).ToHaveCountAsync(1);
        await api.DeleteAsync(room, reply.Seq);
        await Expect(ann["message-deleted"]).ToHaveCountAsync(1);
        await ann.ShowsAsync("Shall we?");
    });

    [Fact]
    public Task Who_is_removed_or_leaves_sees_no_more_of_the_room() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann.SayAsync("for both");
        await bob.ShowsAsync("for both");
        var api = ann.Person.Api;

        await api.RemoveMemberAsync(room, bob.Person.Id);
        await Expect(bob.Row(room)).ToHaveCountAsync(0);
        await Expect(bob.Page.GetByText("You are not in this room.")).ToBeVisibleAsync();
        await Expect(bob["composer"]).ToHaveCountAsync(0);
        await ann.SayAsync("for ann");
        await ann.ShowsAsync("for both", "for ann");
        await bob.Page.ReloadAsync();
        await Expect(bob.Page.GetByText("You are not in this room.")).ToBeVisibleAsync();
        await Expect(bob["message-text"]).ToHaveCountAsync(0);

        await ann["show-members"].ClickAsync();
        await ann["leave"].ClickAsync();
        await ann["leave"].ClickAsync();
        await Expect(ann.Row(room)).ToHaveCountAsync(0);
        await Expect(ann.Page.GetByText("Choose a room")).ToBeVisibleAsync();
    });

    [Fact]
    public Task History_loads_above_and_the_reader_keeps_the_place() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        var api = ann.Person.Api;
        for (var i = 1; i <= 230; i++)
        {
            await api.SendAsync(room, new($"h{i}", $"line {i}"));
        }

        await bob.Page.ReloadAsync();
        await Expect(bob["message-text"].Last).ToHaveTextAsync("line 230");
        await Expect(bob["message"].Filter(new() { HasText = "line 131" })).ToHaveCountAsync(1);
        var list = bob["message-list"];
        await list.EvaluateAsync("list => { list.scrollTop = 900; }");
        var held = await list.EvaluateAsync<string>(
            "list => [...list.querySelectorAll('[data-seq]')].find(m => m.offsetTop > list.scrollTop + 200).dataset.seq");
        var anchor = bob.Page.Locator($"[data-seq='{held}']");
        var before = await TopAsync(anchor);
        await list.EvaluateAsync("list => { list.scrollTop -= 120; }");
        await Expect(bob["message"].Filter(new() { HasText = "line 81" })).ToHaveCountAsync(1);
        (await TopAsync(anchor)).ShouldBe(before + 120, tolerance: 2);

        // What arrives below does not move the reader either.
        await ann.SayAsync("below");
        await Expect(bob["to-bottom"]).ToContainTextAsync("1 new");
        (await TopAsync(anchor)).ShouldBe(before + 120, tolerance: 2);

        for (var first = 80; first > 0; first -= 50)
        {
            await list.EvaluateAsync("list => { list.scrollTop = 0; }");
            await Expect(bob["message"].Filter(new() { HasText = $"line {Math.Max(1, first - 49)}" }).First).ToBeAttachedAsync();
        }

        string[] all = [.. Enumerable.Range(1, 230).Select(i => $"line {i}"), "below"];
        await bob.ShowsAsync(all);
        await bob["to-bottom"].ClickAsync();
        await Expect(bob["message-text"].Last).ToBeInViewportAsync();
    });

    private static async Task<double> TopAsync(ILocator locator) => await locator.EvaluateAsync<double>("e => e.getBoundingClientRect().top");
}
