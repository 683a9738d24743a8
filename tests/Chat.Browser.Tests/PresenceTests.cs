namespace Chat.BrowserTests;

/// <summary>Who is there and who is writing.</summary>
public sealed class PresenceTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Direct_room_tells_when_the_other_one_comes_and_goes() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var bob = await RegisterAsync("bob", "Bob");
        var room = (await ann.Api.CreateRoomAsync(new(Contracts.RoomKind.Direct, MemberIds: [bob.Id]))).RoomId;
        var tab = await ArriveInAsync(ann, room);
        await Expect(tab["room-topic"]).ToContainTextAsync("Offline");
        var other = await ArriveInAsync(bob, room);
        await Expect(tab["room-topic"]).ToContainTextAsync("Online");
        await other.Page.CloseAsync();
        await Expect(tab["room-topic"]).Not.ToContainTextAsync("Online");
    });

    [Fact]
    public Task Typing_shows_until_the_message_is_there() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann["composer"].PressSequentiallyAsync("so");
        await Expect(bob["typing"]).ToHaveTextAsync("Ann is typing…");
        await Expect(bob.Row(room)).ToContainTextAsync("typing…");
        await Expect(ann["typing"]).ToHaveTextAsync("");
        await ann["composer"].PressAsync("Enter");
        await bob.ShowsAsync("so");
        await Expect(bob["typing"]).ToHaveTextAsync("");
        await Expect(bob.Row(room)).Not.ToContainTextAsync("typing…");
    });
}
