using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>Who has read what.</summary>
public sealed class ReadersTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Direct_room_says_when_a_message_was_read() => PlayAsync(async () =>
    {
        var (ann, bob) = (await RegisterAsync("ann", "Ann"), await RegisterAsync("bob", "Bob"));
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Direct, MemberIds: [bob.Id]))).RoomId;
        var tab = await ArriveInAsync(ann, room);
        await tab.SayAsync("Are you there?");
        await tab.ShowsAsync("Are you there?");
        await Expect(tab["pending-message"]).ToHaveCountAsync(0);
        await Expect(tab["readers"]).ToHaveCountAsync(0);

        var other = await ArriveInAsync(bob, room);
        await Expect(tab["message"].Last.GetByTestId("readers")).ToHaveTextAsync("Read");
        await tab.SayAsync("Good.");
        await Expect(tab["message"].Last).ToContainTextAsync("Good.");
        await Expect(tab["message"].Last.GetByTestId("readers")).ToHaveTextAsync("Read");
        await Expect(tab["readers"]).ToHaveCountAsync(1);

        // At what the other one wrote, it would be no news.
        await other.SayAsync("I am.");
        await tab.ShowsAsync("Are you there?", "Good.", "I am.");
        await Expect(tab["readers"]).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Faces_of_readers_go_along_with_their_marks_and_open_the_list() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        var carl = await RegisterAsync("carl", "Carl");
        await ann.Api.AddMembersAsync(room, [carl.Id]);
        var first = (await ann.Api.SendAsync(room, new("1", "first"))).Seq;
        var second = (await ann.Api.SendAsync(room, new("2", "second"))).Seq;
        await bob.Api.MarkReadAsync(room, first);
        await carl.Api.MarkReadAsync(room, second);

        // Those from before the page was there, and those that come.
        var tab = await ArriveInAsync(ann, room);
        await Expect(tab.Message(first).GetByTestId("readers")).ToHaveAttributeAsync("title", "Read by Bob");
        await Expect(tab.Message(second).GetByTestId("readers")).ToHaveAttributeAsync("title", "Read by Carl");
        await bob.Api.MarkReadAsync(room, second);
        await Expect(tab.Message(first).GetByTestId("readers")).ToHaveCountAsync(0);
        await Expect(tab.Message(second).GetByTestId("readers")).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex(
            "^Read by (?:Bob, Carl|Carl, Bob)$", default, TimeSpan.FromSeconds(1)));

        // Marks that moved while there was no connection.
        var third = (await ann.Api.SendAsync(room, new("3", "third"))).Seq;
        await Expect(tab.Message(third)).ToBeVisibleAsync();
        tab.ExpectRefusals();
        await tab.Page.Context.SetOfflineAsync(true);
        await tab.NotOnlineAsync();
        await bob.Api.MarkReadAsync(room, third);
        await tab.Page.Context.SetOfflineAsync(false);
        await Expect(tab.Message(third).GetByTestId("readers")).ToHaveAttributeAsync("title", "Read by Bob");

        await tab.Message(third).GetByTestId("readers").ClickAsync();
        await Expect(tab["reader"]).ToContainTextAsync("Bob");
        await Expect(tab["non-reader"]).ToContainTextAsync("Carl");
    });
}
