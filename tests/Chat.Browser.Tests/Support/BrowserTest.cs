using System.Runtime.CompilerServices;
using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>A test with people and browsers of its own. What their pages showed and logged stays when it fails.</summary>
public abstract class BrowserTest(Stage stage, ITestOutputHelper output) : IClassFixture<Stage>, IAsyncLifetime
{
    private readonly string _suffix = stage.NextSuffix();
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<Tab> _tabs = [];

    private protected Stage Stage => stage;

    private protected ServerProcess Server => stage.Server;

    private protected ITestOutputHelper Output => output;

    public Task InitializeAsync() => stage.EnsureRunningAsync();

    public async Task DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.CloseAsync();
        }
    }

    /// <summary>Runs a test and checks at its end that no page complained.</summary>
    protected async Task PlayAsync(Func<Task> play, [CallerMemberName] string test = "")
    {
        try
        {
            await play();
            foreach (var tab in _tabs)
            {
                tab.Faults.ShouldBeEmpty($"The page of {tab.Name} complained.");
            }
        }
        catch
        {
            await KeepEvidenceAsync(test);
            throw;
        }
    }

    /// <summary>A name that no other test on the same server uses.</summary>
    private protected string Own(string name) => name + _suffix;

    /// <summary>A browser of somebody's own: another device, as the server sees it.</summary>
    private protected async Task<IBrowserContext> NewBrowserAsync(BrowserNewContextOptions? options = null, Person? signedIn = null)
    {
        options ??= new() { ViewportSize = new() { Width = 1280, Height = 800 } };
        options.BaseURL = Server.Address.ToString();
        options.Locale = "en-GB";
        options.StorageState = signedIn?.SignedIn(Server.Address);
        var context = await stage.Browser.NewContextAsync(options);
        context.SetDefaultTimeout(Stage.Patience);
        _contexts.Add(context);
        return context;
    }

    /// <summary>A tab in that browser, or in a new one.</summary>
    private protected async Task<Tab> OpenAsync(string name, IBrowserContext? browser = null, string path = "/")
    {
        var tab = await Tab.OpenAsync(browser ?? await NewBrowserAsync(), name, path);
        _tabs.Add(tab);
        return tab;
    }

    /// <summary>A new user, signed up on the page.</summary>
    private protected async Task<Tab> SignUpAsync(string name, string displayName = "", IBrowserContext? browser = null)
    {
        var tab = await OpenAsync(name, browser);
        await tab.SignUpAsync(Own(name), displayName);
        return tab;
    }

    /// <summary>A new user, signed up over REST.</summary>
    private protected Task<Person> RegisterAsync(string name, string displayName = "") =>
        stage.RegisterAsync(Own(name), displayName.Length > 0 ? displayName : Own(name));

    /// <summary>A signed-in person's page in a browser of its own, up to date.</summary>
    private protected async Task<Tab> ArriveAsync(Person person, string path = "/", BrowserNewContextOptions? options = null)
    {
        var tab = await OpenAsync(person.Username, await NewBrowserAsync(options, person), path);
        tab.Person = person;
        await tab.OnlineAsync();
        return tab;
    }

    /// <summary>A signed-in person's page with that room on the screen.</summary>
    private protected async Task<Tab> ArriveInAsync(Person person, RoomId room, BrowserNewContextOptions? options = null)
    {
        var tab = await ArriveAsync(person, Tab.PathOf(room), options);
        await Expect(tab["composer"]).ToBeVisibleAsync();
        return tab;
    }

    /// <summary>Ann and Bob, both with the same private room on the screen.</summary>
    private protected async Task<(Tab Ann, Tab Bob, RoomId Room)> TwoInARoomAsync()
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        var tabs = await Task.WhenAll(ArriveInAsync(ann, room), ArriveInAsync(bob, room));
        return (tabs[0], tabs[1], room);
    }

    /// <summary>Ann and Bob, members of a private room that Ann made; no page is open yet.</summary>
    private protected async Task<(Person Ann, Person Bob, RoomId Room)> TwoWithARoomAsync(string name = "Workshop")
    {
        var people = await Task.WhenAll(RegisterAsync("ann", "Ann"), RegisterAsync("bob", "Bob"));
        var room = await people[0].Api.CreateRoomAsync(new(RoomKind.Private, name, MemberIds: [people[1].Id]));
        return (people[0], people[1], room.RoomId);
    }

    /// <summary>REST as that user, with a session of its own.</summary>
    private protected async Task<ChatApi> ApiOfAsync(string name)
    {
        var api = stage.Api();
        return api.With((await api.LoginAsync(new(Own(name), Person.Password, "test"))).AccessToken);
    }

    /// <summary>Numbers that a test measures, under a name of their own.</summary>
    private protected Report NewReport(string name) => new(name, Folders.Results, output);

    private async Task KeepEvidenceAsync(string test)
    {
        Directory.CreateDirectory(Folders.Results);
        output.WriteLine(Server.Tail());
        for (var i = 0; i < _tabs.Count; i++)
        {
            var tab = _tabs[i];
            var path = Path.Combine(Folders.Results, $"{GetType().Name}.{test}.{i}-{tab.Name}");
            output.WriteLine($"{tab.Name} at {tab.Page.Url}; see {path}.png and .log");
            await File.WriteAllLinesAsync($"{path}.log", [.. tab.Console, .. tab.Faults.Select(f => $"FAULT {f}")]);
            try
            {
                await tab.Page.ScreenshotAsync(new() { Path = $"{path}.png" });
            }
            catch (PlaywrightException ex)
            {
                output.WriteLine($"no picture: {ex.Message}");
            }
        }
    }
}
