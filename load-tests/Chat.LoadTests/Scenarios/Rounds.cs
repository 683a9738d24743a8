using Chat.LoadTests.Reports;

namespace Chat.LoadTests.Scenarios;

/// <summary>
/// Measurements of a comparison, taken in turns, since the machine is not the same from one minute to the next. The first of each round is what
/// the others of it are compared with.
/// </summary>
/// <param name="scenario">Name of the scenario.</param>
/// <param name="column">The value that is compared.</param>
internal sealed class Rounds(string scenario, string column)
{
    private readonly List<(string Case, Result Result, double Ratio)> _results = [];

    /// <summary>Takes the results of one round, in the order of their cases.</summary>
    public void Add(IReadOnlyList<(string Case, Result Result)> round)
    {
        var first = round[0].Result.Values[column];
        _results.AddRange(round.Select(measured => (measured.Case, measured.Result, measured.Result.Values[column] / first)));
    }

    /// <summary>Tells the report the medians of each case.</summary>
    public void Conclude(Report report)
    {
        foreach (var results in _results.GroupBy(measured => measured.Case, StringComparer.Ordinal))
        {
            var values = results.First().Result.Values.Keys
                .Select(name => (name, Samples.Median(results.Select(measured => measured.Result.Values.GetValueOrDefault(name)))));
            report.Add(
                $"{scenario}, medians",
                results.Key,
                [.. values, ($"{column} to the first, median of rounds", Samples.Median(results.Select(measured => measured.Ratio)))]);
        }
    }
}
