using Chat.LoadTests.Reports;
using Chat.LoadTests.Scenarios;
using Spectre.Console;

namespace Chat.LoadTests.Tests;

public sealed class RoundsTests
{
    [Fact]
    public void Medians_are_told_by_case_and_ratios_are_taken_within_each_round()
    {
        var rounds = new Rounds("cluster", "sends/s");
        rounds.Add([("one", Sends(100)), ("three", Sends(200))]);
        rounds.Add([("one", Sends(10)), ("three", Sends(30))]);
        rounds.Add([("one", Sends(50)), ("three", Sends(200))]);
        var report = new Report(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }), jsonFile: null);

        rounds.Conclude(report);

        report.Results.Select(result => result.Case).ShouldBe(["one", "three"]);
        report.Results.Select(result => result.Values["sends/s"]).ShouldBe([50, 200]);
        report.Results.Select(result => result.Values["sends/s to the first, median of rounds"]).ShouldBe([1, 3]);
    }

    private static Result Sends(double value) => new("cluster", "", new Dictionary<string, double>(StringComparer.Ordinal) { ["sends/s"] = value });
}
