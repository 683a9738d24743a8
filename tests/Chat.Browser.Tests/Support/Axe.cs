using System.Text.Json;

namespace Chat.BrowserTests;

/// <summary>axe-core on a page.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Source = new(() => File.ReadAllText(Path.Combine(Folders.Page, "node_modules/axe-core/axe.min.js")));

    /// <summary>Checks that axe-core finds nothing serious or critical on the screen.</summary>
    public static async Task IsAccessibleAsync(this Tab tab, string what)
    {
        // Evaluated by the browser's debugger, which the page's policy does not bind; the page itself loads nothing.
        await tab.Page.EvaluateAsync($"() => {{ if (!window.axe) {{ {Source.Value} }} }}");
        var found = await tab.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const { violations } = await axe.run(document, { resultTypes: ["violations"] });
              return violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => ({
                what: `${v.impact}: ${v.help} (${v.id})`,
                where: v.nodes.slice(0, 5).map(n => `${n.target.join(" ")}  ${n.html.slice(0, 160)}  ${n.any.map(a => a.message).join(" ")}`),
              }));
            }
            """);
        found.EnumerateArray().Select(v => v.ToString()).ShouldBeEmpty($"{what} on the page of {tab.Name}");
    }
}
