using System.Reflection;

namespace Chat.BrowserTests;

/// <summary>Places that the project file names.</summary>
internal static class Folders
{
    /// <summary>What tests leave behind.</summary>
    public static string Results => Named("TestResults");

    /// <summary>The page's project: its packages, and what was built of it.</summary>
    public static string Page => Path.GetFullPath(Named("Page"));

    /// <summary>The documentation's pictures.</summary>
    public static string Images => Path.GetFullPath(Named("Images"));

    private static string Named(string key) =>
        typeof(Folders).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
