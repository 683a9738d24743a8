namespace Chat.BrowserTests;

/// <summary>One Chromium for all tests; each test has contexts of its own in it, which share nothing.</summary>
[CollectionDefinition(nameof(Chromium), DisableParallelization = true)]
public sealed class Chromium : IAsyncLifetime, ICollectionFixture<Chromium>
{
    /// <summary>How long a page may take to show what is expected of it. Only a test that fails waits so long.</summary>
    public const int Patience = 30_000;

    private const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal IBrowser Running => _browser ?? throw new InvalidOperationException("The browser was not started.");

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            throw new FileNotFoundException($"These tests drive {Program}, which is missing: apt-get install chromium", Program);
        }

        SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }
}
