using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Chat.BrowserTests.Measured;

/// <summary>What a browser has to load before somebody can write, and how long that takes.</summary>
[Collection(nameof(Alone))]
public sealed partial class WeightTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    /// <summary>The page's JavaScript, gzipped.</summary>
    private const int MostScriptBytes = 150_000;

    [Fact]
    public Task Scripts_are_light_and_none_is_inline() => PlayAsync(async () =>
    {
        var (ann, _, room) = await TwoWithARoomAsync();
        var browser = await NewBrowserAsync(signedIn: ann);
        var loaded = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var heard = new System.Collections.Concurrent.ConcurrentQueue<IResponse>();
        browser.Response += (_, response) => heard.Enqueue(response);
        var tab = await OpenAsync("ann", browser, Tab.PathOf(room));
        await Expect(tab["composer"]).ToBeVisibleAsync();
        var answers = heard.ToArray();
        foreach (var answer in answers.Where(a => a.Request.ResourceType == "script"))
        {
            loaded[answer.Url] = await answer.BodyAsync();
        }

        var document = answers.First(a => a.Request.ResourceType == "document");
        var html = await document.TextAsync();
        InlineScript().IsMatch(html).ShouldBeFalse(html);
        html.ShouldNotContain("<style");
        loaded.Count.ShouldBeGreaterThan(0);
        var built = Directory.EnumerateFiles(Path.Combine(Folders.Page, "dist"), "*.js", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetFileName(f), f => Zipped(File.ReadAllBytes(f)), StringComparer.Ordinal);
        var first = loaded.ToDictionary(l => new Uri(l.Key).Segments[^1], l => Zipped(l.Value), StringComparer.Ordinal);
        var report = NewReport("weight");
        report.Add("loaded at first, gzipped bytes", new { sum = first.Values.Sum(), files = first });
        report.Add("built, gzipped bytes", new { sum = built.Values.Sum(), files = built });

        first.Values.Sum().ShouldBeLessThanOrEqualTo(MostScriptBytes);
        built.Values.Sum().ShouldBeLessThanOrEqualTo(MostScriptBytes);
    });

    [Fact]
    public Task Time_until_somebody_can_write_is_reported() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        for (var i = 0; i < 60; i++)
        {
            await bob.Api.SendAsync(room, new($"m{i}", $"message {i}"));
        }

        var report = NewReport("interactive");
        foreach (var (what, person, path, testId) in new[]
        {
            ("sign-in form", null, "/", "username"),
            ("composer of a room, signed in", ann, Tab.PathOf(room), "composer"),
        })
        {
            // The second time from the browser's cache, as on every visit but the first.
            var browser = await NewBrowserAsync(signedIn: person);
            var times = new List<object>();
            for (var visit = 0; visit < 3; visit++)
            {
                var tab = await OpenAsync("visitor", browser, "about:blank");
                await tab.Page.AddInitScriptAsync(
                    $$"""
                    new MutationObserver((_, observer) => {
                      const field = document.querySelector("[data-testid={{testId}}]");
                      if (field && !field.disabled) {
                        observer.disconnect();
                        requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
                      }
                    }).observe(document, { childList: true, subtree: true });
                    """);
                await tab.Page.GotoAsync(path);
                await tab.Page.WaitForFunctionAsync("() => window.usableAt !== undefined");
                times.Add(await tab.Page.EvaluateAsync<object>(
                    """
                    () => ({
                      usableMs: Math.round(window.usableAt),
                      firstPaintMs: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0),
                    })
                    """));
                await tab[testId].FillAsync("w");
                await Expect(tab[testId]).ToHaveValueAsync("w");
                await tab[testId].FillAsync("");
                await tab.Page.CloseAsync();
            }

            report.Add(what, times);
        }
    });

    private static int Zipped(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return (int)memory.Length;
    }

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|\son\w+=|javascript:", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InlineScript();
}
