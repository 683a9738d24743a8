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
    public Task Who_is_removed_sees_no_more_of_the_room() => PlayAsync(async () =>
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
    });

    [Fact]
    public Task History_that_could_not_be_loaded_is_asked_for_again_by_the_reader() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using (var flood = await Flood.OfAsync(Server.Address, room, ann))
        {
            await flood.FillAsync(220, i => $"line {i}");
        }

        var newest = (await bob.Api.MessagesAsync(room, MessageRange.Newest, 1)).LastSeq;
        await bob.Api.MarkReadAsync(room, newest);
        var tab = await ArriveInAsync(bob, room);
        await Expect(tab.Message(newest)).ToBeInViewportAsync();
        tab.ExpectRefusals();
        await tab.Page.RouteAsync("**/messages?before=*", route => route.AbortAsync());
        await tab["message-list"].HoverAsync();
        await tab.Page.Mouse.WheelAsync(0, -100_000);
        await Expect(tab["history-retry"]).ToBeVisibleAsync();
        await Expect(tab["message-list"]).ToContainTextAsync("Older messages could not be loaded.");
        await tab.Page.UnrouteAllAsync();
        await tab["history-retry"].ClickAsync();
        await Expect(tab["history-retry"]).ToHaveCountAsync(0);
        await tab["message-list"].PressAsync("Home");
        await Expect(tab["message-list"]).ToContainTextAsync("This is where the room begins.");
        await Expect(tab["message"].First).ToBeInViewportAsync();
    });

    [Fact]
    public Task Days_are_told_apart() => PlayAsync(async () =>
    {
        var (ann, _, room) = await TwoWithARoomAsync();
        await ann.Api.SendAsync(room, new("1", "said the day before"));
        var browser = await NewBrowserAsync(signedIn: ann);
        await browser.Clock.SetFixedTimeAsync(TimeProvider.System.GetUtcNow().AddDays(1).UtcDateTime);
        var tab = await OpenAsync("ann", browser, Tab.PathOf(room));
        await Expect(tab["day"]).ToHaveTextAsync(["Yesterday"]);
    });

    [Fact]
    public Task Reader_further_up_is_told_of_new_messages_and_goes_to_them() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using (var flood = await Flood.OfAsync(Server.Address, room, ann))
        {
            await flood.FillAsync(90, i => $"line {i}");
        }

        await bob.Api.MarkReadAsync(room, (await bob.Api.MessagesAsync(room, MessageRange.Newest)).LastSeq);
        var tab = await ArriveInAsync(bob, room);
        await Expect(tab["message-text"].Last).ToBeInViewportAsync();
        await Expect(tab["to-bottom"]).ToHaveCountAsync(0);
        await tab["message-list"].HoverAsync();
        await tab.Page.Mouse.WheelAsync(0, -600);
        await Expect(tab["to-bottom"]).ToBeVisibleAsync();
        await ann.Api.SendAsync(room, new("below", "said below"));
        await Expect(tab["to-bottom"]).ToContainTextAsync("1 new");
        await Expect(tab.Row(room).GetByTestId("unread-badge")).ToHaveTextAsync("1");
        await tab["to-bottom"].ClickAsync();
        await Expect(tab["message-text"].Last).ToHaveTextAsync("said below");
        await Expect(tab["message-text"].Last).ToBeInViewportAsync();
        await Expect(tab["to-bottom"]).ToHaveCountAsync(0);
        await Expect(tab.Row(room).GetByTestId("unread-badge")).ToHaveCountAsync(0);
    });
}
