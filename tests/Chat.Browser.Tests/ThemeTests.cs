namespace Chat.BrowserTests;

/// <summary>Light and dark, and what the system asks for.</summary>
public sealed class ThemeTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const string Background = "() => getComputedStyle(document.body).backgroundColor";

    [Fact]
    public Task Chosen_theme_is_kept_and_followed_by_other_tabs() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var tab = await ArriveAsync(ann, options: new() { ColorScheme = ColorScheme.Light });
        var second = await OpenAsync("ann's second tab", tab.Page.Context);
        await second.OnlineAsync();
        var light = await tab.Page.EvaluateAsync<string>(Background);

        await tab["open-profile"].ClickAsync();
        await tab["theme-dark"].CheckAsync(new() { Force = true });
        foreach (var each in new[] { tab, second })
        {
            await Expect(each.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
            (await each.Page.EvaluateAsync<string>(Background)).ShouldNotBe(light);
        }

        await second.Page.ReloadAsync();
        await Expect(second.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        (await second.Page.EvaluateAsync<string>(Background)).ShouldNotBe(light);
        await tab["theme-light"].CheckAsync(new() { Force = true });
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        (await tab.Page.EvaluateAsync<string>(Background)).ShouldBe(light);
        await tab["theme-system"].CheckAsync(new() { Force = true });
        (await tab.Page.EvaluateAsync<string>(Background)).ShouldNotBe(light);
    });

    [Fact]
    public Task Who_wants_less_motion_gets_none() => PlayAsync(async () =>
    {
        var (ann, _, room) = await TwoWithARoomAsync();
        var tab = await ArriveInAsync(ann, room, new() { ReducedMotion = ReducedMotion.Reduce });
        foreach (var opener in new[] { "discover", "new-room", "open-profile" })
        {
            await tab[opener].ClickAsync();
            await Expect(tab.Page.Locator("dialog[open]")).ToBeVisibleAsync();
            await StandsStillAsync(opener);
            await tab.Page.Keyboard.PressAsync("Escape");
            await Expect(tab.Page.Locator("dialog[open]")).ToHaveCountAsync(0);
        }

        await tab["show-members"].ClickAsync();
        await Expect(tab["member"]).ToHaveCountAsync(2);
        await StandsStillAsync("the members");

        async Task StandsStillAsync(string where) =>
            (await tab.Page.EvaluateAsync<string[]>(
                "() => document.getAnimations().filter(a => a.effect.getComputedTiming().duration > 1).map(a => `${a.effect.target.className} ${a.animationName ?? a.transitionProperty}`)"))
            .ShouldBeEmpty(where);
    });
}
