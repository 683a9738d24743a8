using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>The page on a phone.</summary>
public sealed class PhoneTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const int Height = 844;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public Task Everything_can_be_reached_at_phone_width(ColorScheme scheme) => PlayAsync(async () =>
    {
        var bob = await SignUpAsync("bob", "Bob with a name that is far too long for a phone");
        var phone = await NewBrowserAsync(new()
        {
            ViewportSize = new() { Width = 390, Height = Height },
            DeviceScaleFactor = 2,
            IsMobile = true,
            HasTouch = true,
            ColorScheme = scheme,
        });
        var ann = await OpenAsync("ann", phone);
        await ann.FitsItsWidthAsync("sign-in");
        await ann.SignUpAsync(Own("ann"), "Ann");
        await ann.FitsItsWidthAsync("the empty room list");
        var room = await ann.CreateRoomAsync(RoomKind.Private, new string('n', 80), new string('t', 200), Own("bob"));
        await Expect(ann["room-list"]).ToBeHiddenAsync();
        await ann["composer"].TapAsync();
        await ann["composer"].FillAsync(new string('w', 300));
        await ann["send"].TapAsync();
        await bob.OpenRoomAsync(room);
        await bob.SayAsync("from the desk");
        await ann.ShowsAsync(new string('w', 300), "from the desk");
        await Expect(ann["message-text"].Last).ToBeInViewportAsync();
        await ann.FitsItsWidthAsync("the room");
        var composer = (await ann["composer"].BoundingBoxAsync())!;
        (composer.Y + composer.Height).ShouldBeLessThanOrEqualTo(Height);

        await ann["show-members"].TapAsync();
        await Expect(ann["member"]).ToHaveCountAsync(2);
        await ann.FitsItsWidthAsync("the members");
        await ann["hide-members"].TapAsync();
        await ann["back"].TapAsync();
        await Expect(ann["composer"]).ToHaveCountAsync(0);
        await bob.SayAsync("unread");
        await Expect(ann.Row(room).GetByTestId("unread-badge")).ToHaveTextAsync("1");
        await ann.FitsItsWidthAsync("the room list");
        await ann["discover"].TapAsync();
        await Expect(ann["discover-dialog"]).ToBeVisibleAsync();
        await ann.FitsItsWidthAsync("discovery");
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Row(room).TapAsync();
        await Expect(ann["message-text"].Last).ToHaveTextAsync("unread");
        await ann.Page.GoBackAsync();
        await Expect(ann["room-list"]).ToBeVisibleAsync();
    });
}
