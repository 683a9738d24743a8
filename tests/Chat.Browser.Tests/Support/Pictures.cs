namespace Chat.BrowserTests;

/// <summary>Pictures of the page's states: always beside the results of the tests, and into the documentation when that is asked for.</summary>
internal static class Pictures
{
    /// <summary>Set to 1, this renews the pictures in docs/images.</summary>
    private const string Renew = "CHAT_RENEW_IMAGES";

    /// <summary>Takes a picture; one <paramref name="documented"/> is part of docs/images.</summary>
    public static async Task PictureAsync(this Tab tab, string name, bool documented = false)
    {
        var renewed = documented && Environment.GetEnvironmentVariable(Renew) == "1";
        await tab.Page.EvaluateAsync("() => document.fonts.ready.then(() => true)");
        await tab.Page.ScreenshotAsync(new()
        {
            Path = Path.Combine(renewed ? Folders.Images : Path.Combine(Folders.Results, "screens"), $"{name}.png"),
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
    }
}
