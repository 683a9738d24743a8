using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>A room's settings and members, as its owner and as those whom it concerns see them.</summary>
public sealed class MembersTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    [Fact]
    public Task Name_and_topic_change_before_everybodys_eyes_by_those_who_may() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await ann["show-members"].ClickAsync();
        await ann["edit-room"].ClickAsync();
        await Expect(ann["room-form-name"]).ToBeFocusedAsync();
        await ann["room-form-name"].FillAsync("작업실");
        await ann["room-form-topic"].FillAsync("Tools & noise");
        await ann["room-form-save"].ClickAsync();
        await Expect(ann["room-form"]).ToHaveCountAsync(0);
        foreach (var tab in new[] { ann, bob })
        {
            await Expect(tab["room-title"]).ToHaveTextAsync("작업실");
            await Expect(tab["room-topic"]).ToHaveTextAsync("Tools & noise");
            await Expect(tab.Row(room)).ToContainTextAsync("작업실");
        }

        await bob["show-members"].ClickAsync();
        await Expect(bob["member"]).ToHaveCountAsync(2);
        await Expect(bob["edit-room"]).ToHaveCountAsync(0);
        await Expect(bob["archive"]).ToHaveCountAsync(0);

        ann.ExpectRefusals();
        await ann["edit-room"].ClickAsync();
        await ann["room-form-name"].FillAsync(new string('n', 81));
        await ann["room-form-save"].ClickAsync();
        await Expect(ann["room-form-error"]).ToBeVisibleAsync();
        await ann["room-form-cancel"].ClickAsync();
        await Expect(ann["room-title"]).ToHaveTextAsync("작업실");
    });

    [Fact]
    public Task Archived_room_can_be_read_and_not_written_until_it_is_opened_again() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann.SayAsync("before");
        await bob.ShowsAsync("before");
        await ann["show-members"].ClickAsync();
        await ConfirmAsync(ann, "archive");
        foreach (var tab in new[] { ann, bob })
        {
            await Expect(tab["composer"]).ToHaveCountAsync(0);
            await Expect(tab["closed"]).ToBeVisibleAsync();
            await tab.ShowsAsync("before");
        }

        await ConfirmAsync(ann, "reopen");
        await Expect(bob["composer"]).ToBeVisibleAsync();
        await bob.SayAsync("after");
        await ann.ShowsAsync("before", "after");
    });

    [Fact]
    public Task People_are_added_and_given_roles() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        var carl = await RegisterAsync("carl", "Carl");
        var tab = await ArriveAsync(carl);
        await ann["show-members"].ClickAsync();
        await ann["add-people"].ClickAsync();
        await ann["add-people-query"].FillAsync(carl.Username);
        await ann["add-people-option"].Filter(new() { HasText = $"@{carl.Username}" }).ClickAsync();
        await ann["add-people-add"].ClickAsync();
        await Expect(ann["member"]).ToHaveCountAsync(3);
        await tab.OpenRoomAsync(room);

        await ann.Member(bob.Person).ClickAsync();
        await Expect(ann["person-username"]).ToHaveTextAsync($"@{bob.Person.Username}");
        await ann["person-role"].SelectOptionAsync("admin");
        await Expect(ann.Page.Locator($"[data-testid=member][data-user-id='{bob.Person.Id}']")).ToHaveAttributeAsync("data-role", "admin");
        await bob["show-members"].ClickAsync();
        await Expect(bob["edit-room"]).ToBeVisibleAsync();

        // An admin may remove a member and not the owner.
        await bob.Member(ann.Person).ClickAsync();
        await Expect(bob["person-role"]).ToHaveTextAsync("owner");
        await Expect(bob["person-remove"]).ToHaveCountAsync(0);
        await bob.Page.Keyboard.PressAsync("Escape");
        await bob.Member(carl).ClickAsync();
        await ConfirmAsync(bob, "person-remove");
        await Expect(tab["room-gone-reason"]).ToContainTextAsync("You were removed from “Workshop” by Bob");
        await Expect(bob["member"]).ToHaveCountAsync(2);
    });

    [Fact]
    public Task Muted_member_reads_and_cannot_write_until_unmuted() => PlayAsync(async () =>
    {
        var (ann, bob, _) = await TwoInARoomAsync();
        await ann["show-members"].ClickAsync();
        await ann.Member(bob.Person).ClickAsync();
        await ann["mute-1h"].ClickAsync();
        await Expect(ann["person-muted"]).ToBeVisibleAsync();
        await Expect(ann["member-muted"]).ToHaveCountAsync(1);
        await Expect(bob["composer"]).ToHaveCountAsync(0);
        await Expect(bob["closed"]).ToBeVisibleAsync();
        await ann["unmute"].ClickAsync();
        await Expect(ann["person-muted"]).ToHaveCountAsync(0);
        await Expect(bob["composer"]).ToBeVisibleAsync();
        await bob.SayAsync("thank you");
        await Expect(ann["message-text"]).ToHaveTextAsync(["thank you"]);
    });

    [Fact]
    public Task Banned_user_is_out_and_cannot_join_again() => PlayAsync(async () =>
    {
        var ann = await RegisterAsync("ann", "Ann");
        var bob = await RegisterAsync("bob", "Bob");
        var name = Own("Square");
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Public, name))).RoomId;
        await bob.Api.JoinAsync(room);
        var (owner, banned) = (await ArriveInAsync(ann, room), await ArriveInAsync(bob, room));
        await owner["show-members"].ClickAsync();
        await owner.Member(bob).ClickAsync();
        await ConfirmAsync(owner, "person-ban");
        await Expect(banned["room-gone-reason"]).ToContainTextAsync($"You were banned from “{name}” by Ann");
        await Expect(banned["composer"]).ToHaveCountAsync(0);
        await Expect(banned.Row(room)).ToHaveCountAsync(0);
        await banned["discover"].ClickAsync();
        await banned["discover-query"].FillAsync(name);
        await Expect(banned["discover-dialog"].GetByTestId("discover-item")).ToHaveCountAsync(0);
    });

    [Fact]
    public Task Who_leaves_is_asked_first_and_gone_then() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        await bob["show-members"].ClickAsync();
        await bob["leave"].ClickAsync();
        await bob["leave-cancel"].ClickAsync();
        await Expect(bob["composer"]).ToBeVisibleAsync();
        await ConfirmAsync(bob, "leave");
        await Expect(bob.Row(room)).ToHaveCountAsync(0);
        await Expect(bob.Page.GetByText("Choose a room")).ToBeVisibleAsync();
        await ann["show-members"].ClickAsync();
        await Expect(ann["member"]).ToHaveCountAsync(1);
    });

    /// <summary>The button that asks and the one that does it carry the same name, one after the other.</summary>
    private static async Task ConfirmAsync(Tab tab, string action)
    {
        await tab[action].ClickAsync();
        await Expect(tab[$"{action}-cancel"]).ToBeVisibleAsync();
        await tab[action].ClickAsync();
    }
}
