using System.Text.RegularExpressions;

namespace Chat.Docs.Tests;

/// <summary>What the pages tell an operator to look for is what the server says.</summary>
public sealed partial class OperationPagesTests
{
    private static readonly Dictionary<string, string> Levels = new(StringComparer.Ordinal)
    {
        ["dbug"] = "Debug", ["info"] = "Information", ["warn"] = "Warning", ["fail"] = "Error", ["crit"] = "Critical",
    };

    [Fact]
    public void Every_log_line_shown_is_one_that_the_server_writes()
    {
        var written = LogMessage().Matches(Repository.Sources())
            .Select(log => $"{log.Groups["level"].Value} {log.Groups["id"].Value} {log.Groups["text"].Value}").ToHashSet(StringComparer.Ordinal);
        var shown = (
            from page in Repository.Pages
            from line in Repository.FencedLines(File.ReadAllText(page), "log")
            let parts = LogLine().Match(line)
            select (Line: $"{Repository.NameOf(page)}: {line}",
                Known: parts.Success && written.Contains($"{Levels[parts.Groups["level"].Value]} {parts.Groups["id"].Value} {parts.Groups["text"].Value}"))).ToList();
        shown.ShouldNotBeEmpty();
        shown.Where(line => !line.Known).Select(line => line.Line).ShouldBeEmpty();
    }

    [Fact]
    public void Every_metric_is_listed_and_every_metric_named_exists()
    {
        var made = Instrument().Matches(Repository.Sources()).Select(made => made.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        made.ShouldNotBeEmpty();
        var listed = MetricName().Matches(Repository.Read("docs/operate.md")).Select(name => name.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        made.Where(name => !listed.Contains(name)).ShouldBeEmpty();

        var unknown =
            from page in Repository.Pages
            from Match name in MetricName().Matches(File.ReadAllText(page))
            where !made.Contains(name.Groups["name"].Value)
            select $"{Repository.NameOf(page)}: {name.Groups["name"].Value}";
        unknown.ShouldBeEmpty();
    }

    [GeneratedRegex(@"LoggerMessage\((?<id>\d+), LogLevel\.(?<level>[A-Za-z]+), ""(?<text>[^""]*)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"^(?<level>dbug|info|warn|fail|crit): [A-Za-z.]+\[(?<id>\d+)\] (?<text>.+)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LogLine();

    [GeneratedRegex(@"Create(Counter|UpDownCounter|Histogram|ObservableGauge|ObservableCounter)(<[a-z]+>)?\(\s*""(?<name>chat\.[a-z.]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Instrument();

    [GeneratedRegex(@"`(?<name>chat\.(rooms|feed|store|grains|limits|redis)\.[a-z.]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MetricName();
}
