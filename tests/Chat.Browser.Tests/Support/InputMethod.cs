namespace Chat.BrowserTests;

/// <summary>
/// An input method (Korean, Japanese, Chinese) as the browser sees it: compositions with real events, and keys that belong to the method
/// while it composes.
/// </summary>
internal sealed class InputMethod
{
    private readonly ILocator _field;
    private readonly ICDPSession _devTools;

    private InputMethod(ILocator field, ICDPSession devTools)
    {
        _field = field;
        _devTools = devTools;
    }

    /// <summary>An input method for that field, whose compositions and Enter keys are noted.</summary>
    public static async Task<InputMethod> OfAsync(Tab tab, ILocator field)
    {
        await field.EvaluateAsync(
            """
            area => {
              window.seen = [];
              for (const kind of ["compositionstart", "compositionend"]) area.addEventListener(kind, () => window.seen.push(kind));
              area.addEventListener("keydown", e => e.key === "Enter" && window.seen.push(`Enter ${e.isComposing ? "composing" : "alone"}`), true);
            }
            """);
        return new InputMethod(field, await tab.Page.Context.NewCDPSessionAsync(tab.Page));
    }

    /// <summary>Goes through the states of a composition, which stays open.</summary>
    public async Task ComposeAsync(params string[] steps)
    {
        await _field.FocusAsync();
        foreach (var step in steps)
        {
            await _devTools.SendAsync("Input.imeSetComposition", new()
            {
                ["text"] = step,
                ["selectionStart"] = step.Length,
                ["selectionEnd"] = step.Length,
            });
        }
    }

    /// <summary>Enter, as an input method passes it on: the key, and no character with it.</summary>
    public async Task EnterAsync()
    {
        foreach (var type in new[] { "rawKeyDown", "keyUp" })
        {
            await _devTools.SendAsync("Input.dispatchKeyEvent", new()
            {
                ["type"] = type,
                ["key"] = "Enter",
                ["code"] = "Enter",
                ["windowsVirtualKeyCode"] = 13,
            });
        }
    }

    /// <summary>Ends the composition with that text.</summary>
    public Task CommitAsync(string text) => _devTools.SendAsync("Input.insertText", new() { ["text"] = text });

    /// <summary>What the field noted since it was asked last.</summary>
    public Task<string[]> SeenAsync() => _field.EvaluateAsync<string[]>("() => window.seen.splice(0)");
}
