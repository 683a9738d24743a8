using System.Globalization;
using Chat.Client;

namespace Chat.BrowserTests;

/// <summary>
/// One server and one Chromium for the tests of a class. Each test has people and contexts of its own on it, which share nothing; classes
/// play side by side.
/// </summary>
public sealed class Stage : IAsyncLifetime
{
    /// <summary>How long a page may take to show what is expected of it. Only a test that fails waits so long.</summary>
    public const int Patience = 30_000;

    // The same engine without the windows around it, which would take half of the machine's time.
    private const string Program = "/usr/bin/chromium-headless-shell";

    private readonly HttpClient _http = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private int _tests;

    internal ServerProcess Server { get; } = new();

    internal IBrowser Browser => _browser ?? throw new InvalidOperationException("The browser was not started.");

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            throw new FileNotFoundException($"These tests drive {Program}, which is missing: apt-get install chromium-headless-shell", Program);
        }

        SetDefaultExpectTimeout(Patience);
        _http.BaseAddress = Server.Address;
        await Task.WhenAll(Server.StartAsync(), StartBrowserAsync());
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        _http.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>What is put after the names of a test's people and rooms, so that tests do not meet.</summary>
    internal string NextSuffix() => Interlocked.Increment(ref _tests).ToString(CultureInfo.InvariantCulture);

    /// <summary>A server that a test before this one killed and did not start again is started.</summary>
    internal Task EnsureRunningAsync() => Server.HasExited ? Server.StartAsync() : Task.CompletedTask;

    /// <summary>A new user, signed up over REST as the page would do it.</summary>
    internal async Task<Person> RegisterAsync(string username, string displayName)
    {
        var session = await Api().RegisterAsync(new(username, Person.Password, displayName, "Web page"));
        return new Person(username, session, Api(session.AccessToken));
    }

    /// <summary>REST with that access token, or without one.</summary>
    internal ChatApi Api(string? accessToken = null) => new(_http, accessToken);

    private async Task StartBrowserAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--enable-precise-memory-info",
            ],
        });
    }
}
