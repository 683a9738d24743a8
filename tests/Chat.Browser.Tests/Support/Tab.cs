using System.Globalization;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>One tab: the page by its names for tests, and everything that it complained about.</summary>
internal sealed class Tab
{
    private const string Lost = "Failed to load resource";

    private readonly Lock _gate = new();
    private readonly List<string> _console = [];
    private readonly List<string> _faults = [];
    private bool _maybeRefused;

    private Tab(string name, IPage page)
    {
        Name = name;
        Page = page;
        page.Console += (_, message) => Note(message);
        page.PageError += (_, error) => Fault($"uncaught: {error}");
        page.Crash += (_, _) => Fault("the page crashed");
        page.Dialog += (_, dialog) =>
        {
            Fault($"a dialog of the browser: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) => Look(request.Url);
    }

    public string Name { get; }

    public IPage Page { get; }

    /// <summary>Who is signed in, where they arrived so.</summary>
    public Person Person
    {
        get => field ?? throw new InvalidOperationException($"{Name} did not arrive signed in.");
        set;
    }

    /// <summary>What the page logged, the oldest first.</summary>
    public IReadOnlyList<string> Console
    {
        get
        {
            lock (_gate)
            {
                return [.. _console];
            }
        }
    }

    /// <summary>Errors in the console, uncaught exceptions, violations of the content security policy.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>The room on the screen, from the address.</summary>
    public RoomId RoomId => new(long.Parse(new Uri(Page.Url).Fragment.Split('/')[2], CultureInfo.InvariantCulture));

    /// <summary>The elements with a name for tests.</summary>
    public ILocator this[string testId] => Page.GetByTestId(testId);

    /// <summary>Where a room, or something in it, is on the page.</summary>
    public static string PathOf(RoomId room, string below = "") => $"/#/rooms/{room}{below}";

    /// <summary>Opens a tab in that browser, at the page's beginning or at a place in it.</summary>
    public static async Task<Tab> OpenAsync(IBrowserContext context, string name, string path = "/")
    {
        var tab = new Tab(name, await context.NewPageAsync());
        await tab.Page.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.effectiveDirective} ${e.blockedURI} ${e.sample}`))");
        await tab.Page.GotoAsync(path);
        return tab;
    }

    /// <summary>From here on the server may be away or refuse: the browser's own lines about that are no faults.</summary>
    public void ExpectRefusals() => _maybeRefused = true;

    /// <summary>Gives the faults so far and forgets them.</summary>
    public IReadOnlyList<string> TakeFaults()
    {
        lock (_gate)
        {
            var taken = _faults.ToArray();
            _faults.Clear();
            return taken;
        }
    }

    public async Task SignUpAsync(string username, string displayName = "")
    {
        await this["to-sign-up"].ClickAsync();
        await this["username"].FillAsync(username);
        await this["display-name"].FillAsync(displayName);
        await this["password"].FillAsync(Person.Password);
        await this["sign-up"].ClickAsync();
        await OnlineAsync();
    }

    public async Task SignInAsync(string username)
    {
        await this["username"].FillAsync(username);
        await this["password"].FillAsync(Person.Password);
        await this["sign-in"].ClickAsync();
        await OnlineAsync();
    }

    public Task OnlineAsync() => Expect(this["connection-state"]).ToHaveAttributeAsync("data-state", "online");

    public Task NotOnlineAsync() => Expect(this["connection-state"]).Not.ToHaveAttributeAsync("data-state", "online");

    /// <summary>Creates a room by its dialog, which leaves it open on the screen.</summary>
    public async Task<RoomId> CreateRoomAsync(RoomKind kind, string name, string topic = "", params string[] usernames)
    {
        await this["new-room"].ClickAsync();
        await this[$"new-room-kind-{kind.ToString().ToLowerInvariant()}"].CheckAsync();
        if (kind != RoomKind.Direct)
        {
            await this["new-room-name"].FillAsync(name);
            await this["new-room-topic"].FillAsync(topic);
        }

        foreach (var username in usernames)
        {
            await this["new-room-member-query"].FillAsync(username);
            await this["new-room-member-option"].Filter(new() { HasText = $"@{username}" }).ClickAsync();
        }

        await this["new-room-create"].ClickAsync();
        await Expect(this["new-room-dialog"]).ToHaveCountAsync(0);
        await Expect(this["composer"]).ToBeVisibleAsync();
        return RoomId;
    }

    /// <summary>The room's row in the list.</summary>
    public ILocator Row(RoomId room) => Page.Locator($"[data-testid=room-item][data-room-id='{room}']");

    /// <summary>The button of a member in the panel.</summary>
    public ILocator Member(Person person) => Page.Locator($"[data-testid=member][data-user-id='{person.Id}'] button");

    /// <summary>A message of the log.</summary>
    public ILocator Message(long seq) => Page.Locator($"[data-testid=message-list] [data-testid=message][data-seq='{seq}']");

    /// <summary>Does something with a message by its menu.</summary>
    public async Task ActAsync(ILocator message, string action)
    {
        await message.HoverAsync();
        await message.GetByTestId("tool-menu").ClickAsync();
        await this[$"message-{action}"].ClickAsync();
        await Expect(this["message-menu"]).ToHaveCountAsync(0);
    }

    public async Task OpenRoomAsync(RoomId room)
    {
        await Row(room).ClickAsync();
        await Expect(this["composer"]).ToBeVisibleAsync();
    }

    /// <summary>Writes a message, sends it with Enter and waits for its acknowledgement: what is done next, anywhere, is later.</summary>
    public async Task SayAsync(string text)
    {
        await EnterAsync(text);
        // The page shows what happened with its next frame; until then nothing would seem to be on its way.
        await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        await Expect(this["pending-message"]).ToHaveCountAsync(0);
    }

    /// <summary>Writes a message and sends it with Enter, whatever becomes of it.</summary>
    public async Task EnterAsync(string text)
    {
        await this["composer"].FillAsync(text);
        await this["composer"].PressAsync("Enter");
    }

    /// <summary>Waits until the room's messages are exactly these, on their way or in the log.</summary>
    public Task ShowsAsync(params string[] texts) => Expect(this["message-text"]).ToHaveTextAsync(texts);

    /// <summary>The client ids of all messages on the screen, in their order.</summary>
    public async Task<string?[]> ClientIdsAsync() =>
        await Page.Locator("[data-client-id]").EvaluateAllAsync<string?[]>("items => items.map(i => i.dataset.clientId)");

    /// <summary>Checks that nothing on the screen reaches beyond its width.</summary>
    public async Task FitsItsWidthAsync(string where)
    {
        var wide = await Page.EvaluateAsync<string[]>(
            """
            () => {
              const cut = e => getComputedStyle(e).textOverflow === "ellipsis" || (e.parentElement !== null && cut(e.parentElement));
              const out = [...document.querySelectorAll("body *")].filter(e => {
                const box = e.getBoundingClientRect();
                const clipped = e.closest(".visually-hidden") || cut(e.parentElement);
                return !clipped && box.width > 0 && (box.left < -1 || box.right > innerWidth + 1);
              }).map(e => `${e.tagName} ${e.className} ${Math.round(e.getBoundingClientRect().right)}`);
              return document.scrollingElement.scrollWidth > innerWidth ? ["the page scrolls sideways", ...out] : out;
            }
            """);
        wide.ShouldBeEmpty($"{where} is wider than the screen of {Name}");
    }

    /// <summary>The page asks its own server and nobody else.</summary>
    private void Look(string url)
    {
        var asked = new Uri(url);
        if (asked.Scheme is not ("about" or "blob") && !asked.IsLoopback)
        {
            Fault($"a request to another host: {url}");
        }
    }

    private void Note(IConsoleMessage message)
    {
        lock (_gate)
        {
            _console.Add($"{message.Type}: {message.Text} ({message.Location})");
        }

        if (message.Type == "error" && !(_maybeRefused && (message.Text.StartsWith(Lost, StringComparison.Ordinal)
            || message.Text.StartsWith("WebSocket connection to", StringComparison.Ordinal))))
        {
            Fault(message.Text);
        }
    }

    private void Fault(string text)
    {
        lock (_gate)
        {
            _faults.Add(text);
        }
    }
}
