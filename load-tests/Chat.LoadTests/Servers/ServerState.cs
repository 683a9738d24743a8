using System.Globalization;

namespace Chat.LoadTests.Servers;

/// <summary>A process, or several as one, at one moment.</summary>
/// <param name="Cpu">Processor seconds used so far.</param>
/// <param name="Resident">Resident memory, bytes.</param>
/// <param name="Inside">What the probe says; empty without one.</param>
internal sealed record ServerState(double Cpu, double Resident, IReadOnlyDictionary<string, double> Inside)
{
    private const double TicksPerSecond = 100;
    private static readonly Dictionary<string, double> Nothing = new(StringComparer.Ordinal);

    /// <summary>A value of the probe; NaN when it has none.</summary>
    public double this[string name] => Inside.TryGetValue(name, out var value) ? value : double.NaN;

    /// <summary>A process as the system sees it.</summary>
    public static async Task<ServerState> OfAsync(int process, IReadOnlyDictionary<string, double>? inside = null)
    {
        var stat = await File.ReadAllTextAsync($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
        var status = await File.ReadAllLinesAsync($"/proc/{process}/status");
        var resident = status.First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(ticks / TicksPerSecond, double.Parse(resident[^2], CultureInfo.InvariantCulture) * 1024, inside ?? Nothing);
    }

    /// <summary>Several processes as one: a value that only some of them have counts as nothing in the others.</summary>
    public static ServerState Sum(IReadOnlyCollection<ServerState> states)
    {
        var inside = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in states.SelectMany(state => state.Inside))
        {
            inside[name] = inside.GetValueOrDefault(name) + value;
        }

        return new(states.Sum(state => state.Cpu), states.Sum(state => state.Resident), inside);
    }
}
