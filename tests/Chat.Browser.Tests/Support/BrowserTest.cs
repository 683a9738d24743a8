using System.Reflection;
using System.Runtime.CompilerServices;
using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>A test with a server process of its own and any number of browsers. What their pages showed and logged stays when it fails.</summary>
[Collection(nameof(Chromium))]
public abstract class BrowserTest : IAsyncLifetime
{
    private static readonly string Results = typeof(BrowserTest).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TestResults").Value!;

    private readonly Chromium _chromium;
    private readonly ITestOutputHelper _output;
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<Tab> _tabs = [];
    private readonly HttpClient _http;

    protected BrowserTest(Chromium chromium, ITestOutputHelper output)
    {
        _chromium = chromium;
        _output = output;
        _http = new HttpClient { BaseAddress = Server.Address };
    }

    protected ServerProcess Server { get; } = new();

    public Task InitializeAsync() => Server.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.CloseAsync();
        }

        _http.Dispose();
        await Server.DisposeAsync();
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

    /// <summary>A browser of somebody's own: another device, as the server sees it.</summary>
    private protected async Task<IBrowserContext> NewBrowserAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new() { ViewportSize = new() { Width = 1280, Height = 800 } };
        options.BaseURL = Server.Address.ToString();
        options.Locale = "en-GB";
        var context = await _chromium.Running.NewContextAsync(options);
        context.SetDefaultTimeout(Chromium.Patience);
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
        await tab.SignUpAsync(name, displayName);
        return tab;
    }

    /// <summary>Ann and Bob, both with the same private room on the screen.</summary>
    private protected async Task<(Tab Ann, Tab Bob, RoomId Room)> TwoInARoomAsync()
    {
        var tabs = await Task.WhenAll(SignUpAsync("ann", "Ann"), SignUpAsync("bob", "Bob"));
        var room = await tabs[0].CreateRoomAsync(RoomKind.Private, "Workshop", "", "bob");
        await tabs[1].OpenRoomAsync(room);
        return (tabs[0], tabs[1], room);
    }

    /// <summary>REST as that user, with a session of its own.</summary>
    private protected async Task<ChatApi> ApiOfAsync(string username)
    {
        var api = new ChatApi(_http);
        return api.With((await api.LoginAsync(new(username, Tab.Password, "test"))).AccessToken);
    }

    /// <summary>REST with a given access token.</summary>
    private protected ChatApi ApiWith(string accessToken) => new(_http, accessToken);

    private async Task KeepEvidenceAsync(string test)
    {
        Directory.CreateDirectory(Results);
        _output.WriteLine(Server.Tail());
        for (var i = 0; i < _tabs.Count; i++)
        {
            var tab = _tabs[i];
            var path = Path.Combine(Results, $"{GetType().Name}.{test}.{i}-{tab.Name}");
            _output.WriteLine($"{tab.Name} at {tab.Page.Url}; see {path}.png and .log");
            await File.WriteAllLinesAsync($"{path}.log", [.. tab.Console, .. tab.Faults.Select(f => $"FAULT {f}")]);
            try
            {
                await tab.Page.ScreenshotAsync(new() { Path = $"{path}.png" });
            }
            catch (PlaywrightException ex)
            {
                _output.WriteLine($"no picture: {ex.Message}");
            }
        }
    }
}
