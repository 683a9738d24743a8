namespace Chat.BrowserTests.States;

/// <summary>Every state that the page can be in, in both themes and widths: looked at by axe-core, measured, and kept as a picture.</summary>
public sealed class StateTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Theory]
    [InlineData(ColorScheme.Light, "ann", "bob", "mina")]
    [InlineData(ColorScheme.Dark, "anna", "bobby", "mina.k")]
    public Task Desktop(ColorScheme scheme, string ann, string bob, string mina) => PlayAsync(async () =>
    {
        var light = scheme == ColorScheme.Light;
        var harbour = light ? "Harbour" : "Port";
        var scene = await Scene.MakeAsync(Stage, ann, bob, mina, harbour);
        var look = new BrowserNewContextOptions { ViewportSize = new() { Width = 1200, Height = 760 }, ColorScheme = scheme };
        var stranger = await OpenAsync("stranger", await NewBrowserAsync(look));
        await Expect(stranger["username"]).ToBeVisibleAsync();
        await SeenAsync(stranger, "sign-in", documented: light);
        await stranger["to-sign-up"].ClickAsync();
        await SeenAsync(stranger, "sign-up");

        var tab = await ArriveAsync(scene.Ann, options: look);
        await Expect(tab["room-item"]).ToHaveCountAsync(3);
        await SeenAsync(tab, "no-room");
        await tab.OpenRoomAsync(scene.Harbour);
        await Expect(tab.Message(scene.Seqs[^1])).ToBeInViewportAsync();
        await Expect(tab["readers"]).ToHaveCountAsync(1);
        await SeenAsync(tab, "room", documented: true);

        await tab.Message(scene.Seqs[3]).HoverAsync();
        await tab.Message(scene.Seqs[3]).GetByTestId("tool-menu").ClickAsync();
        await Expect(tab["message-reply"]).ToBeVisibleAsync();
        await SeenAsync(tab, "message-menu");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab["message-menu"]).ToHaveCountAsync(0);
        await tab["emoji"].ClickAsync();
        await Expect(tab["emoji-option"].First).ToBeVisibleAsync();
        await SeenAsync(tab, "emoji");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab["emoji-picker"]).ToHaveCountAsync(0);
        await tab["composer"].FillAsync("");
        await tab["composer"].PressSequentiallyAsync("Fresh :cro");
        await Expect(tab["completion-option"].First).ToBeVisibleAsync();
        await SeenAsync(tab, "completion", documented: light);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab["composer"].FillAsync("");

        foreach (var (opener, panel, ready, closer) in new[]
        {
            ("show-members", "members", "member", "hide-members"),
            ("show-pins", "pins", "pinned", "hide-pins"),
            ("thread-link", "thread", "thread-composer", "hide-thread"),
        })
        {
            await tab[opener].First.ClickAsync();
            await Expect(tab[panel].GetByTestId(ready).First).ToBeVisibleAsync();
            await SeenAsync(tab, panel, documented: light && panel != "pins");
            await tab[closer].ClickAsync();
            await Expect(tab[panel]).ToHaveCountAsync(0);
        }

        foreach (var (opener, dialog, ready) in new[]
        {
            ("discover", "discover-dialog", "discover-item"),
            ("new-room", "new-room-dialog", "new-room-name"),
            ("open-profile", "profile-dialog", "theme-dark"),
        })
        {
            await tab[opener].ClickAsync();
            await Expect(tab[ready].First).ToBeVisibleAsync();
            if (opener == "discover")
            {
                await tab["discover-query"].FillAsync(harbour);
                await Expect(tab["discover-item"]).ToHaveCountAsync(3);
                await Expect(tab["discover-list"]).Not.ToHaveAttributeAsync("inert", "");
            }

            await SeenAsync(tab, dialog.Replace("-dialog", "", StringComparison.Ordinal), documented: dialog == "discover-dialog" && light);
            await tab[dialog].GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
            await Expect(tab[dialog]).ToHaveCountAsync(0);
        }

        await tab.Page.Keyboard.PressAsync("Control+k");
        await Expect(tab["switcher-option"].First).ToBeVisibleAsync();
        await SeenAsync(tab, "switcher");
        await tab.Page.Keyboard.PressAsync("Escape");

        tab.ExpectRefusals();
        await tab.Page.Context.SetOfflineAsync(true);
        await tab.NotOnlineAsync();
        await tab.EnterAsync("Written on the way, sent when there is a network again");
        await Expect(tab["pending-message"]).ToBeVisibleAsync();
        await SeenAsync(tab, "offline", documented: light);

        async Task SeenAsync(Tab who, string state, bool documented = false)
        {
            await who.FitsItsWidthAsync(state);
            await who.PictureAsync($"{state}-{scheme.ToString().ToLowerInvariant()}", documented);
            await who.IsAccessibleAsync(state);
        }
    });

    [Theory]
    [InlineData(390, "annie", "rob", "minah")]
    [InlineData(320, "anne", "robert", "mina-k")]
    public Task Phone(int width, string ann, string bob, string mina) => PlayAsync(async () =>
    {
        var wide = width == 390;
        var scene = await Scene.MakeAsync(Stage, ann, bob, mina, wide ? "Quay" : "Pier");
        var tab = await ArriveAsync(scene.Ann, options: new()
        {
            ViewportSize = new() { Width = width, Height = 720 },
            DeviceScaleFactor = wide ? 2 : 1,
            IsMobile = true,
            HasTouch = true,
            ColorScheme = wide ? ColorScheme.Light : ColorScheme.Dark,
        });
        await Expect(tab["room-item"]).ToHaveCountAsync(3);
        await SeenAsync("rooms", documented: wide);
        await tab.Row(scene.Harbour).TapAsync();
        await Expect(tab.Message(scene.Seqs[^1])).ToBeInViewportAsync();
        await Expect(tab["readers"]).ToHaveCountAsync(1);
        await SeenAsync("room", documented: wide);
        await tab["thread-link"].First.TapAsync();
        await Expect(tab["thread-composer"]).ToBeVisibleAsync();
        await SeenAsync("thread");
        await tab["hide-thread"].TapAsync();
        await Expect(tab["thread"]).ToHaveCountAsync(0);
        await tab["show-members"].TapAsync();
        await Expect(tab["member"]).ToHaveCountAsync(3);
        await SeenAsync("members");

        async Task SeenAsync(string state, bool documented = false)
        {
            await tab.FitsItsWidthAsync(state);
            await tab.PictureAsync(wide ? $"phone-{state}" : $"phone-{state}-{width}", documented);
            await tab.IsAccessibleAsync(state);
        }
    });
}
