using System.Text.Json;
using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>Signing in and out, here and elsewhere.</summary>
public sealed class SessionTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Refused_sign_ins_say_why() => PlayAsync(async () =>
    {
        await SignUpAsync("ann", "Ann");
        var tab = await OpenAsync("stranger");
        tab.ExpectRefusals();
        await tab["username"].FillAsync(Own("ann"));
        await tab["password"].FillAsync("not her password");
        await tab["sign-in"].ClickAsync();
        await Expect(tab["sign-in-error"]).ToHaveTextAsync("The username or the password is wrong.");

        await tab["to-sign-up"].ClickAsync();
        await Expect(tab["sign-in-error"]).ToBeHiddenAsync();
        await tab["sign-up"].ClickAsync();
        await Expect(tab["sign-in-error"]).ToHaveTextAsync("Somebody has this user name.");
        await tab["username"].FillAsync(Own("eve"));
        await tab["password"].FillAsync("short");
        await tab["sign-up"].ClickAsync();
        await Expect(tab["sign-in-error"]).ToHaveTextAsync("A password has 8 to 256 characters.");
        await tab["password"].FillAsync(Person.Password);
        await tab["sign-up"].ClickAsync();
        await tab.OnlineAsync();
    });

    [Fact]
    public Task Signing_out_in_one_tab_signs_out_the_other() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        var second = await OpenAsync("ann's second tab", ann.Page.Context, new Uri(ann.Page.Url).PathAndQuery + new Uri(ann.Page.Url).Fragment);
        await second.SayAsync("from the second tab");
        await ann.ShowsAsync("from the second tab");
        var token = await AccessTokenAsync(ann);
        (await Stage.Api(token).MeAsync()).Username.ShouldBe(Own("ann"));

        await second["sign-out"].ClickAsync();
        foreach (var tab in new[] { ann, second })
        {
            await Expect(tab["sign-in"]).ToBeVisibleAsync();
            await Expect(tab["message-text"]).ToHaveCountAsync(0);
            (await tab.Page.EvaluateAsync<int>("() => localStorage.length")).ShouldBe(0);
        }

        await Wait.Until(
            async () => await Should.ThrowAsync<ChatApiException>(() => Stage.Api(token).MeAsync()) is { Status: 401 },
            () => "end of the session at the server");
        await bob.SayAsync("to nobody");
        await ann.Page.ReloadAsync();
        await Expect(ann["sign-in"]).ToBeVisibleAsync();
        await ann.SignInAsync(Own("ann"));
        await Expect(ann["room-item"]).ToContainTextAsync("to nobody");
    });

    [Fact]
    public Task Session_revoked_from_another_device_closes_this_page() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        ann.ExpectRefusals();
        await bob.SayAsync("still for ann");
        await ann.ShowsAsync("still for ann");
        var api = await ApiOfAsync("ann");
        var session = (await api.SessionsAsync()).Items.Single(s => !s.Current);
        session.Device.ShouldBe("Web page");

        await api.EndSessionAsync(session.SessionId);

        await Expect(ann["session-ended"]).ToBeVisibleAsync();
        await Expect(ann["message-text"]).ToHaveCountAsync(0);
        await bob.SayAsync("not for ann");
        await bob.ShowsAsync("still for ann", "not for ann");
        await ann.Page.ReloadAsync();
        await Expect(ann["sign-in"]).ToBeVisibleAsync();
        (await ann.Page.EvaluateAsync<int>("() => localStorage.length")).ShouldBe(0);
    });

    private static async Task<string> AccessTokenAsync(Tab tab)
    {
        var session = await tab.Page.EvaluateAsync<string>("() => localStorage.getItem('chat.session')");
        using var json = JsonDocument.Parse(session);
        return json.RootElement.GetProperty("accessToken").GetString()!;
    }
}
