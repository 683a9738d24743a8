namespace Chat.BrowserTests;

/// <summary>One's own name and status, the card that others see, and the devices one is signed in on.</summary>
public sealed class ProfileTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Name_and_status_are_changed_and_shown_on_the_card() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await bob["open-profile"].ClickAsync();
        await Expect(bob["profile-username"]).ToHaveTextAsync($"@{bob.Person.Username}");
        await bob["profile-name"].FillAsync("Robert 밥");
        await bob["profile-status"].FillAsync("On a train");
        await bob["profile-save"].ClickAsync();
        await Expect(bob["profile-dialog"].GetByText("Saved")).ToBeVisibleAsync();
        await Expect(bob["open-profile"]).ToContainTextAsync("Robert 밥");
        await bob.Page.Keyboard.PressAsync("Escape");

        await ann["show-members"].ClickAsync();
        await ann.Member(bob.Person).ClickAsync();
        await Expect(ann["person-status"]).ToHaveTextAsync("On a train");
        await Expect(ann["person-card"]).ToContainTextAsync("Robert 밥");
        await Expect(ann["person-presence"]).ToContainTextAsync("Online");
        await ann["person-message"].ClickAsync();
        await Expect(ann["room-title"]).ToHaveTextAsync("Robert 밥");
        ann.RoomId.ShouldNotBe(room);
        await ann.SayAsync("Just for you");
        await Expect(bob["room-item"]).ToHaveCountAsync(2);
        await bob.OpenRoomAsync(ann.RoomId);
        await bob.ShowsAsync("Just for you");
    });

    [Fact]
    public Task Session_on_another_device_is_ended_from_the_list() => PlayAsync(async () =>
    {
        var (ann, _, _) = await TwoInARoomAsync();
        var other = await OpenAsync("ann's telephone");
        other.ExpectRefusals();
        await other.SignInAsync(Own("ann"));
        await ann["open-profile"].ClickAsync();
        await Expect(ann["session"]).ToHaveCountAsync(2);
        await Expect(ann.Page.Locator("[data-testid=session][data-current=true]")).ToHaveCountAsync(1);
        await Expect(ann.Page.Locator("[data-testid=session][data-current=true] [data-testid=end-session]")).ToHaveCountAsync(0);
        await ann["end-session"].ClickAsync();
        await ann["end-session"].ClickAsync();
        await Expect(ann["session"]).ToHaveCountAsync(1);
        await Expect(other["session-ended"]).ToBeVisibleAsync();
        await Expect(ann["profile-dialog"]).ToBeVisibleAsync();
    });
}
