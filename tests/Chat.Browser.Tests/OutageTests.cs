using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>The server or the network goes away while people write.</summary>
public sealed class OutageTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Server_killed_among_sends_and_back_again_has_each_message_once() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        ann.ExpectRefusals();
        bob.ExpectRefusals();
        await ann.SayAsync("before");
        await bob.ShowsAsync("before");

        string[] storm = [.. Enumerable.Range(1, 12).Select(i => $"storm {i}")];
        foreach (var text in storm)
        {
            await ann.EnterAsync(text);
        }

        await Server.KillAsync();
        await ann.NotOnlineAsync();
        await Expect(ann["connection-banner"]).ToContainTextAsync("The connection is lost. Reconnecting…");
        await Expect(ann["try-now"]).ToBeVisibleAsync();
        await ann.EnterAsync("while away");
        string[] all = ["before", .. storm, "while away"];
        await ann.ShowsAsync(all);
        await Expect(ann["pending-message"].Last).ToContainTextAsync("while away");
        var ids = await ann.ClientIdsAsync();

        await Server.StartAsync();
        await ann.OnlineAsync();
        await Expect(ann["connection-banner"]).ToHaveTextAsync("Connected again");
        await Expect(ann["pending-message"]).ToHaveCountAsync(0);
        await ann.ShowsAsync(all);
        await bob.ShowsAsync(all);
        (await ann.ClientIdsAsync()).ShouldBe(ids);

        var kept = (await bob.Person.Api.MessagesAsync(room, MessageRange.After(0))).Items;
        kept.Select(m => m.Text).ShouldBe(all);
        kept.Select(m => m.ClientId).ShouldBe(ids);
        await bob.SayAsync("after");
        await ann.ShowsAsync([.. all, "after"]);
        await bob.Page.ReloadAsync();
        await bob.ShowsAsync([.. all, "after"]);
    });

    [Fact]
    public Task Page_without_a_network_says_so_and_catches_up_when_it_is_back() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        bob.ExpectRefusals();
        await bob.Page.Context.SetOfflineAsync(true);
        await bob.NotOnlineAsync();
        await ann.SayAsync("said meanwhile");
        await ann.ShowsAsync("said meanwhile");
        await bob.EnterAsync("written offline");
        await bob.ShowsAsync("written offline");

        await bob.Page.Context.SetOfflineAsync(false);
        await bob.OnlineAsync();
        await bob.ShowsAsync("said meanwhile", "written offline");
        await ann.ShowsAsync("said meanwhile", "written offline");
        await Expect(bob["pending-message"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Page_that_was_open_while_the_server_stood_still_is_live_again() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        Server.Freeze();
        await ann.EnterAsync("into the silence");
        await Expect(ann["pending-message"]).ToContainTextAsync("into the silence");
        Server.Thaw();
        await Expect(ann["pending-message"]).ToHaveCountAsync(0);
        await ann.ShowsAsync("into the silence");
        await bob.ShowsAsync("into the silence");
    });
}
