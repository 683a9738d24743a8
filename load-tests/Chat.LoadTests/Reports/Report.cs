using System.Text.Json;
using Spectre.Console;

namespace Chat.LoadTests.Reports;

/// <summary>The results of a run: a table on the console, JSON lines in a file when asked.</summary>
internal sealed class Report(IAnsiConsole console, string? jsonFile)
{
    private readonly List<Result> _results = [];

    public IReadOnlyList<Result> Results => _results;

    /// <summary>Says what is being done.</summary>
    public void Progress(string what) => console.WriteLine(what);

    public void Add(string scenario, string name, params (string Name, double Value)[] values)
    {
        var result = new Result(scenario, name, values.Where(value => !double.IsNaN(value.Value)).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));
        _results.Add(result);
        Progress($"{name}: {string.Join(", ", result.Values.Select(value => $"{value.Key} {Format(value.Value)}"))}");
        if (jsonFile is not null)
        {
            File.AppendAllText(jsonFile, JsonSerializer.Serialize(result, JsonSerializerOptions.Web) + "\n");
        }
    }

    public void Print()
    {
        foreach (var scenario in _results.GroupBy(result => result.Scenario, StringComparer.Ordinal))
        {
            var columns = scenario.SelectMany(result => result.Values.Keys).Distinct(StringComparer.Ordinal).ToList();
            var table = new Table().Title(scenario.Key).Border(TableBorder.Markdown).AddColumn("case");
            columns.ForEach(column => table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned()));
            foreach (var result in scenario)
            {
                table.AddRow([Markup.Escape(result.Case), .. columns.Select(c => result.Values.TryGetValue(c, out var value) ? Format(value) : "")]);
            }

            console.Write(table);
        }
    }

    private static string Format(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0"),
        >= 100 => value.ToString("0"),
        >= 10 => value.ToString("0.0"),
        0 => "0",
        _ => value.ToString("0.00#"),
    };
}

/// <summary>One measured case.</summary>
internal sealed record Result(string Scenario, string Case, IReadOnlyDictionary<string, double> Values);
