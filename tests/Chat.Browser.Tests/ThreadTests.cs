namespace Chat.BrowserTests;

/// <summary>A message and what is answered to it, beside the room.</summary>
public sealed class ThreadTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Thread_is_written_beside_the_room_and_kept_in_the_address() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        var root = (await ann.Person.Api.SendAsync(room, new("root", "Where shall we go?"))).Seq;
        await ann.Person.Api.SendAsync(room, new("other", "Something else"));
        await ann.Page.GotoAsync(Tab.PathOf(room, $"/thread/{root}"));
        await bob.Page.GotoAsync(Tab.PathOf(room, $"/thread/{root}"));
        foreach (var tab in new[] { ann, bob })
        {
            await Expect(tab["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Where shall we go?"]);
        }

        await ann["thread-composer"].FillAsync("To the sea");
        await ann["thread-composer"].PressAsync("Enter");
        await Expect(bob["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Where shall we go?", "To the sea"]);
        await bob["thread-composer"].FillAsync("In this weather?");
        await bob["thread-send"].ClickAsync();
        await Expect(ann["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Where shall we go?", "To the sea", "In this weather?"]);
        (await ann.Person.Api.MessagesAsync(room, Client.MessageRange.Thread(root))).Items.Count(m => m.Thread == root).ShouldBe(2);

        await ann.Page.ReloadAsync();
        await Expect(ann["thread"].GetByTestId("message-text")).ToHaveTextAsync(["Where shall we go?", "To the sea", "In this weather?"]);
        await ann["hide-thread"].ClickAsync();
        await Expect(ann["thread"]).ToHaveCountAsync(0);
        ann.RoomId.ShouldBe(room);
        await Expect(ann["composer"]).ToBeVisibleAsync();
    });
}
