using System.Text.RegularExpressions;

namespace Chat.Docs.Tests;

/// <summary>The files of the repository that these tests stand in.</summary>
internal static partial class Repository
{
    private static readonly string[] Foreign = ["bin", "obj", "node_modules", "dist", "TestResults", "artifacts", ".git", "data"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Pages { get; } = [.. Files(Root, "*.md").Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string NameOf(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>All C# of the product.</summary>
    public static string Sources() =>
        string.Join('\n', Files(Path.Combine(Root, "src"), "*.cs").Select(File.ReadAllText));

    /// <summary>The text without what stands in fences.</summary>
    public static string WithoutFences(string text) => Fence().Replace(text, "");

    /// <summary>The lines of all fences of that language.</summary>
    public static IEnumerable<string> FencedLines(string text, string language) =>
        Fence().Matches(text)
            .Where(fence => fence.Groups["language"].Value == language)
            .SelectMany(fence => fence.Groups["body"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern)
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(sub => !Foreign.Contains(Path.GetFileName(sub), StringComparer.Ordinal))
                .SelectMany(sub => Files(sub, pattern)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Chat.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^```(?<language>[a-z]*)\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Fence();
}
