using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>Ways to a message that is somewhere else in its room, and back.</summary>
public sealed class JumpTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Link_to_a_message_is_copied_and_opens_there() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using (var flood = await Flood.OfAsync(Server.Address, room, ann))
        {
            await flood.FillAsync(1_000, i => $"line {i}");
        }

        var newest = (await ann.Api.MessagesAsync(room, MessageRange.Newest, 1)).Items[0].Seq;
        var target = newest - 700;
        var tab = await ArriveAsync(bob, Tab.PathOf(room, $"/{target}"));
        await Expect(tab.Message(target)).ToBeInViewportAsync();
        await tab.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await tab.ActAsync(tab.Message(target), "copy-link");
        var copied = new Uri(await tab.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        var opened = await ArriveAsync(ann, copied.PathAndQuery + copied.Fragment);
        await Expect(opened.Message(target)).ToBeInViewportAsync();
        await Expect(opened.Message(newest)).ToHaveCountAsync(0);
        await opened["to-bottom"].ClickAsync();
        await Expect(opened.Message(newest)).ToBeInViewportAsync();
    });

    [Fact]
    public Task Reply_leads_to_its_message_however_far_it_is() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        var root = (await ann.Api.SendAsync(room, new("root", "Who comes along?"))).Seq;
        await using (var flood = await Flood.OfAsync(Server.Address, room, bob))
        {
            await flood.FillAsync(600, i => $"line {i}");
        }

        var answer = (await bob.Api.SendAsync(room, new("late", "late answer", ReplyTo: root))).Seq;
        var tab = await ArriveInAsync(bob, room);
        await tab.Message(answer).GetByTestId("reply").ClickAsync();
        await Expect(tab.Message(root)).ToBeInViewportAsync();
        await Expect(tab.Message(root)).ToContainTextAsync("Who comes along?");
    });

    [Fact]
    public Task Room_with_much_unread_opens_where_the_new_ones_begin() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using var flood = await Flood.OfAsync(Server.Address, room, ann);
        await flood.FillAsync(100, i => $"old {i}");
        var read = (await bob.Api.MessagesAsync(room, MessageRange.Newest, 1)).Items[0].Seq;
        await bob.Api.MarkReadAsync(room, read);
        await flood.FillAsync(200, i => $"new {i}");
        var tab = await ArriveInAsync(bob, room);
        await Expect(tab["new-since"]).ToBeInViewportAsync();
        await Expect(tab.Message(read + 1)).ToBeInViewportAsync();
        await tab["to-bottom"].ClickAsync();
        await Expect(tab.Message(read + 200)).ToBeInViewportAsync();
        await Expect(tab.Row(room).GetByTestId("unread-badge")).ToHaveCountAsync(0);
    });
}
