using System.Text.RegularExpressions;

namespace Chat.Docs.Tests;

/// <summary>What a page points to is there.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var broken = new List<string>();
        foreach (var page in Repository.Pages)
        {
            foreach (var link in Links(page))
            {
                var parts = link.Target.Split('#', 2);
                var target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    broken.Add($"{Repository.NameOf(page)}: {link.Target} is not there");
                }
                else if (parts.Length == 2 && !Headings(target).Contains(parts[1]))
                {
                    broken.Add($"{Repository.NameOf(page)}: {link.Target} has no such heading");
                }
            }
        }

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Every_path_named_in_a_page_is_there()
    {
        var missing =
            from page in Repository.Pages
            from Match path in NamedPath().Matches(Repository.WithoutFences(File.ReadAllText(page)))
            let name = path.Groups["path"].Value
            where !new[] { Repository.Root, Path.GetDirectoryName(page)! }.Select(folder => Path.Combine(folder, name)).Any(Path.Exists)
            select $"{Repository.NameOf(page)}: {name}";
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_name_shown_with_a_link_to_code_stands_in_that_file()
    {
        var missing =
            from page in Repository.Pages
            from link in Links(page)
            where link.Target.EndsWith(".cs", StringComparison.Ordinal)
            let file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Target))
            where File.Exists(file)
            let code = File.ReadAllText(file)
            from name in Names(link)
            where !Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b", RegexOptions.None, TimeSpan.FromSeconds(5))
            select $"{Repository.NameOf(page)}: {link.Target} has no {name}";
        missing.ShouldBeEmpty();
    }

    /// <summary>`Type.Method` in the link's text, and the names of tests in the rest of its line.</summary>
    private static IEnumerable<string> Names(Link link) =>
        Code().Matches(link.Text).SelectMany(code => code.Groups["code"].Value.Split('.', '('))
            .Concat(TestName().Matches(link.Rest).Select(test => test.Groups["name"].Value))
            .Where(name => name.Length > 0 && char.IsAsciiLetterUpper(name[0]));

    private static IEnumerable<Link> Links(string page) =>
        from line in Repository.WithoutFences(File.ReadAllText(page)).Split('\n')
        from Match link in LinkForm().Matches(line)
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
        select new Link(target, link.Groups["text"].Value, line[(link.Index + link.Length)..]);

    private static HashSet<string> Headings(string page) =>
        Heading().Matches(Repository.WithoutFences(File.ReadAllText(page)))
            .Select(heading => NotInAnchor().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
            .ToHashSet(StringComparer.Ordinal);

    private sealed record Link(string Target, string Text, string Rest);

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LinkForm();

    [GeneratedRegex(@"`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"`(?<path>(src|tests|docs|benchmarks|load-tests)/[A-Za-z0-9_./-]*)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 5000)]
    private static partial Regex NotInAnchor();
}
