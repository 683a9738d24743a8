using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>Ways to a room or a person: the switcher, the filter, the keys, a person's card.</summary>
public sealed class FindingTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Switcher_goes_to_rooms_and_writes_to_people_without_a_mouse() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var bob = await RegisterAsync("bob", "Bob");
        var harbour = await RoomOfAsync(ann, "Harbour");
        var garden = await RoomOfAsync(ann, "정원 Garden");
        var tab = await ArriveInAsync(ann, harbour);

        await tab.Page.Keyboard.PressAsync("Control+k");
        await Expect(tab["switcher-query"]).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync("gar");
        await Expect(tab["switcher-option"]).ToHaveCountAsync(1);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab["switcher"]).ToHaveCountAsync(0);
        await Expect(tab["room-title"]).ToHaveTextAsync("정원 Garden");
        tab.RoomId.ShouldBe(garden);

        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.Keyboard.TypeAsync(bob.Username);
        await Expect(tab["switcher-option"]).ToHaveAttributeAsync("data-kind", "person");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab["room-title"]).ToHaveTextAsync("Bob");
        await tab.SayAsync("Hello Bob");
        (await bob.Api.RoomsAsync()).Items.ShouldHaveSingleItem().Kind.ShouldBe(RoomKind.Direct);

        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.Keyboard.TypeAsync("no such name anywhere");
        await Expect(tab["switcher"]).ToContainTextAsync("Nothing by that name.");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab["switcher"]).ToHaveCountAsync(0);
        await Expect(tab["composer"]).ToBeFocusedAsync();
    });

    [Fact]
    public Task Keys_go_along_the_rooms_and_to_those_with_something_unread() => PlayAsync(async () =>
    {
        var (ann, bob, first) = await TwoWithARoomAsync("First");
        var second = await RoomOfAsync(ann, "Second", bob);
        var third = await RoomOfAsync(ann, "Third", bob);
        foreach (var room in new[] { first, second, third })
        {
            await ann.Api.SendAsync(room, new("s", "seen by Ann"));
        }

        await bob.Api.SendAsync(third, new("u", "not seen yet"));
        var tab = await ArriveInAsync(ann, first);
        await Expect(tab["room-item"].First).ToContainTextAsync("Third");
        await tab.Page.Keyboard.PressAsync("Alt+Shift+ArrowUp");
        await Expect(tab["room-title"]).ToHaveTextAsync("Third");
        await tab.Page.Keyboard.PressAsync("Alt+ArrowDown");
        await Expect(tab["room-title"]).ToHaveTextAsync("Second");
        await tab.Page.Keyboard.PressAsync("Alt+ArrowDown");
        await Expect(tab["room-title"]).ToHaveTextAsync("First");
    });

    [Fact]
    public Task Filter_of_the_room_list_finds_and_opens() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        await RoomOfAsync(ann, "Harbour");
        await RoomOfAsync(ann, "港の天気");
        var tab = await ArriveAsync(ann);
        await tab["room-filter"].FillAsync("天気");
        await Expect(tab["room-item"]).ToHaveCountAsync(1);
        await tab["room-filter"].PressAsync("Enter");
        await Expect(tab["room-title"]).ToHaveTextAsync("港の天気");
        await Expect(tab["room-filter"]).ToHaveValueAsync("");
        await Expect(tab["room-item"]).ToHaveCountAsync(2);
    });

    [Fact]
    public Task Discovery_pages_through_many_rooms() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var bob = await RegisterAsync("bob", "Bob");
        var name = Own("Pages");
        for (var i = 0; i < 60; i++)
        {
            await ann.Api.CreateRoomAsync(new(RoomKind.Public, $"{name} {i:00}"));
        }

        var tab = await ArriveAsync(bob);
        await tab["discover"].ClickAsync();
        await tab["discover-query"].FillAsync(name);
        await Expect(tab["discover-item"]).ToHaveCountAsync(50);
        await tab["more-rooms"].ClickAsync();
        await Expect(tab["discover-item"]).ToHaveCountAsync(60);
        await Expect(tab["more-rooms"]).ToHaveCountAsync(0);
        await tab["discover-item"].Last.GetByTestId("join").ClickAsync();
        await Expect(tab["room-title"]).ToHaveTextAsync($"{name} 59");
    });

    [Fact]
    public Task Direct_room_is_made_once_from_the_dialog() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var bob = await RegisterAsync("bob", "Bob");
        var tab = await ArriveAsync(ann);
        var first = await tab.CreateRoomAsync(RoomKind.Direct, "", "", bob.Username);
        await Expect(tab["room-title"]).ToHaveTextAsync("Bob");
        var second = await tab.CreateRoomAsync(RoomKind.Direct, "", "", bob.Username);
        second.ShouldBe(first);
        await Expect(tab["room-item"]).ToHaveCountAsync(1);
    });

    private static async Task<RoomId> RoomOfAsync(Person owner, string name, params Person[] others) =>
        (await owner.Api.CreateRoomAsync(new(RoomKind.Private, name, MemberIds: [.. others.Select(o => o.Id)]))).RoomId;
}
