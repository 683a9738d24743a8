using Chat.LoadTests.Reports;
using Chat.LoadTests.Scenarios;
using Chat.LoadTests.Servers;
using Spectre.Console;

namespace Chat.LoadTests.Tests;

/// <summary>
/// The scenarios in small against servers of their own. Each fails by itself on any event that is lost, repeated or out of order; what is
/// looked at here is that it measured what it says, never how fast.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly RunOptions Small = new() { Connections = 6, Rooms = 2, Rate = 50, Seconds = 0.5, Rounds = 1, Gateways = 2 };

    [Theory]
    [InlineData("sends", 2)]
    [InlineData("fanout", 10)]
    [InlineData("latency", 1)]
    [InlineData("cluster", 13)]
    [InlineData("hot-room", 12)]
    [InlineData("crossing", 6)]
    [InlineData("idle", 2)]
    [InlineData("start", 3)]
    public async Task A_scenario_runs_and_loses_nothing(string name, int results)
    {
        var report = Silent();
        await using (var run = new Run(Small, report))
        {
            await Scenario.All.Single(scenario => scenario.Name == name).RunAsync(run);
        }

        report.Print();
        report.Results.Count.ShouldBe(results);
        report.Results.SelectMany(result => result.Values.Where(value => !double.IsFinite(value.Value))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://192.0.2.1:8080/")]
    [InlineData("http://chat.example.com/")]
    public void Another_machine_is_refused_unless_it_is_meant(string url)
    {
        var options = Small with { Url = new Uri(url) };

        Should.Throw<LoadTestException>(options.Check);
        Should.NotThrow((options with { AnyAddress = true }).Check);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://localhost:8080/")]
    [InlineData("http://[::1]:8080/")]
    public void This_machine_is_not_refused(string url) => Should.NotThrow((Small with { Url = new Uri(url) }).Check);

    [Fact]
    public void A_run_without_end_is_refused() => Should.Throw<LoadTestException>((Small with { Seconds = 3600 }).Check);

    [Fact]
    public void More_gateways_than_a_machine_carries_are_refused() => Should.Throw<LoadTestException>((Small with { Gateways = 50 }).Check);

    [Theory]
    [InlineData("cluster")]
    [InlineData("hot-room")]
    [InlineData("crossing")]
    public async Task A_comparison_of_deployments_cannot_be_had_of_a_running_server(string name)
    {
        await using var run = new Run(Small with { Url = new Uri("http://127.0.0.1:1/") }, Silent());

        await Should.ThrowAsync<LoadTestException>(() => Scenario.All.Single(scenario => scenario.Name == name).RunAsync(run));
    }

    private static Report Silent() =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }), jsonFile: null);
}
