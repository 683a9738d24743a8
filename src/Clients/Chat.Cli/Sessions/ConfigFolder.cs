namespace Chat.Cli.Sessions;

/// <summary>Where sessions are kept: <c>$CHAT_CONFIG</c>, or the folder <c>chat</c> where the system keeps settings of users.</summary>
internal static class ConfigFolder
{
    public const string Variable = "CHAT_CONFIG";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder, which need not be there.</summary>
    public static string Path { get; } = Find();

    /// <summary>Makes a folder when it is missing, and those that it is in, for their owner only.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            // The mode goes to the last folder only.
            Make(System.IO.Path.GetDirectoryName(folder)!);
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return System.IO.Path.GetFullPath(chosen);
        }

        if (OperatingSystem.IsWindows())
        {
            return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "chat");
        }

        // The XDG Base Directory Specification has relative paths ignored.
        var settings = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg)
            ? xdg
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return System.IO.Path.Combine(settings, "chat");
    }
}
