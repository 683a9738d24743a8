using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>Everything without a mouse.</summary>
public sealed class KeyboardTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const int StepsAtMost = 60;

    [Fact]
    public Task Whole_conversation_goes_by_keyboard_and_never_loses_the_focus() => PlayAsync(async () =>
    {
        var bob = await RegisterAsync("bob", "Bob");
        var name = Own("Lounge");
        var lounge = (await bob.Api.CreateRoomAsync(new(RoomKind.Public, name))).RoomId;
        var tab = await OpenAsync("ann");
        var keys = tab.Page.Keyboard;

        // Signing up.
        await TabToAsync(tab, "to-sign-up");
        await keys.PressAsync("Enter");
        await TabToAsync(tab, "username");
        await keys.TypeAsync(Own("ann"));
        await TabToAsync(tab, "password");
        await keys.TypeAsync(Person.Password);
        await keys.PressAsync("Enter");
        await tab.OnlineAsync();

        // Finding and joining a room.
        await TabToAsync(tab, "discover");
        await keys.PressAsync("Enter");
        await Expect(tab["discover-query"]).ToBeFocusedAsync();
        await keys.TypeAsync(name);
        await Expect(tab["discover-item"]).ToHaveCountAsync(1);
        await Expect(tab["discover-list"]).Not.ToHaveAttributeAsync("inert", "");
        await TabToAsync(tab, "join");
        await keys.PressAsync("Enter");
        await Expect(tab["room-title"]).ToHaveTextAsync(name);
        await Expect(tab["composer"]).ToBeFocusedAsync();

        // Talking.
        await keys.TypeAsync("Hello from the keyboard");
        await keys.PressAsync("Enter");
        await tab.ShowsAsync("Hello from the keyboard");
        await Expect(tab["composer"]).ToBeFocusedAsync();
        await bob.Api.SendAsync(lounge, new("b1", "Hello back"));
        await tab.ShowsAsync("Hello from the keyboard", "Hello back");

        // The members, and back.
        await TabToAsync(tab, "show-members", backwards: true);
        await keys.PressAsync("Enter");
        await Expect(tab["member"]).ToHaveCountAsync(2);
        await NotLostAsync(tab, "with the members open");
        await keys.PressAsync("Escape");
        await Expect(tab["members"]).ToHaveCountAsync(0);
        await Expect(tab["show-members"]).ToBeFocusedAsync();

        // The room list.
        await TabToAsync(tab, "room-item", backwards: true);
        await keys.PressAsync("Enter");
        await NotLostAsync(tab, "in the room list");

        // A new room.
        await TabToAsync(tab, "new-room", backwards: true);
        await keys.PressAsync("Enter");
        await TabToAsync(tab, "new-room-name");
        await keys.TypeAsync("Mine");
        await keys.PressAsync("Enter");
        await Expect(tab["room-title"]).ToHaveTextAsync("Mine");
        await Expect(tab["composer"]).ToBeFocusedAsync();

        // Out again.
        await TabToAsync(tab, "sign-out", backwards: true);
        await keys.PressAsync("Enter");
        await Expect(tab["sign-in"]).ToBeVisibleAsync();
        await NotLostAsync(tab, "after signing out");
    });

    [Fact]
    public Task Focus_can_be_seen_wherever_it_goes() => PlayAsync(async () =>
    {
        var (ann, _, _) = await TwoInARoomAsync();
        await ann.SayAsync("something to stand on");
        await ann.ShowsAsync("something to stand on");
        var invisible = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            await ann.Page.Keyboard.PressAsync("Tab");
            var unseen = await ann.Page.EvaluateAsync<string?>(
                """
                () => {
                  const e = document.activeElement;
                  if (e === document.body) return null;
                  const looks = () => {
                    const nearby = [e, e.parentElement, e.closest("label"), e.nextElementSibling].filter(x => x);
                    return nearby.map(x => getComputedStyle(x)).map(s => [s.outline, s.boxShadow, s.borderColor, s.backgroundColor, s.textDecoration]).join();
                  };
                  const focused = looks();
                  e.blur();
                  const left = looks();
                  e.focus();
                  return focused !== left ? null : e.outerHTML.slice(0, 160);
                }
                """);
            if (unseen is not null)
            {
                invisible.Add(unseen);
            }
        }

        invisible.ShouldBeEmpty();
    });

    /// <summary>Presses Tab until that element has the focus, which must not fall out of the page's elements on the way.</summary>
    private static async Task TabToAsync(Tab tab, string testId, bool backwards = false)
    {
        var way = new List<string>();
        for (var i = 0; i < StepsAtMost; i++)
        {
            var at = await FocusedAsync(tab);
            if (at == testId)
            {
                return;
            }

            way.Add(at);
            await tab.Page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
        }

        throw new TimeoutException($"Tab did not come to {testId}; it went over {string.Join(", ", way)}.");
    }

    private static async Task NotLostAsync(Tab tab, string where) =>
        await Wait.Until(async () => await FocusedAsync(tab) != "body", () => $"element with the focus {where}", TimeSpan.FromSeconds(10));

    private static Task<string> FocusedAsync(Tab tab) => tab.Page.EvaluateAsync<string>(
        "() => document.activeElement === document.body ? 'body' : document.activeElement.closest('[data-testid]')?.dataset.testid ?? document.activeElement.tagName");
}
