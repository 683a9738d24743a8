using Chat.LoadTests.Reports;

namespace Chat.LoadTests.Scenarios;

/// <summary>Measurements of a comparison, taken in turns, since the machine is not the same from one minute to the next.</summary>
internal sealed class Rounds(string scenario)
{
    private readonly List<(string Case, Result Result)> _results = [];

    public void Add(string name, Result result) => _results.Add((name, result));

    /// <summary>Tells the report the medians of each case.</summary>
    public void Conclude(Report report)
    {
        foreach (var results in _results.GroupBy(measured => measured.Case, measured => measured.Result, StringComparer.Ordinal))
        {
            var columns = results.First().Values.Keys;
            report.Add(
                $"{scenario}, medians",
                results.Key,
                [.. columns.Select(column => (column, Samples.Median(results.Select(result => result.Values.GetValueOrDefault(column)))))]);
        }
    }
}
