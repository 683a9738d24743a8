using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Chat.Architecture.Tests;

/// <summary>The repository as it lies on disk.</summary>
internal static partial class House
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Find("*.csproj", "").Select(path => new Project(path, XDocument.Load(Path.Combine(Root, path))))];

    /// <summary>Files below a folder, as paths from the root with forward slashes, without what builds make.</summary>
    public static IEnumerable<string> Find(string pattern, string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "dist" or ".git" or "TestResults"))
            .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>A C# file without its comments, which may name whatever they like.</summary>
    public static string ReadCode(string path) => Comments().Replace(Read(path), "");

    /// <summary>The layer of a project, by the folder in which it lies; the letter case of the folder counts.</summary>
    public static string LayerOf(string path) => path.Split('/') switch
    {
        ["src", "Contracts", ..] => "Contracts",
        ["src", "Grains", "Abstractions", ..] => "Abstractions",
        ["src", "Grains", "Chat.Grains", ..] => "Grains",
        ["src", "Grains", "Local" or "Local.Generator", ..] => "GrainHost",
        ["src", "Adapters", ..] => "Adapters",
        ["src", "Workers", ..] => "Workers",
        ["src", "Silo", ..] => "Silo",
        ["src", "Gateway", ..] => "Gateway",
        ["src", "Clients", ..] => "Clients",
        ["src", ..] => throw new InvalidOperationException($"{path} is in no layer that DESIGN.md's house has; give it one here."),
        _ => "Outside",
    };

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Chat.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the test holds Chat.sln.");
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}

/// <summary>A project file.</summary>
internal sealed record Project(string Path, XDocument Xml)
{
    public string Layer => House.LayerOf(Path);

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The projects whose assemblies it sees, as paths from the root. Analyzers are tools, not references.</summary>
    public IEnumerable<string> References => Xml.Descendants("ProjectReference")
        .Where(reference => (string?)reference.Attribute("OutputItemType") != "Analyzer")
        .Select(reference => System.IO.Path.GetRelativePath(
            House.Root, System.IO.Path.GetFullPath(System.IO.Path.Combine(House.Root, System.IO.Path.GetDirectoryName(Path)!, (string)reference.Attribute("Include")!)))
            .Replace('\\', '/'));

    public IEnumerable<string> Packages => Xml.Descendants("PackageReference").Select(package => (string)package.Attribute("Include")!);

    public bool IsAspNet =>
        (string?)Xml.Root!.Attribute("Sdk") == "Microsoft.NET.Sdk.Web"
        || Xml.Descendants("FrameworkReference").Any(reference => ((string)reference.Attribute("Include")!).StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
        || Packages.Any(package => package.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
}
