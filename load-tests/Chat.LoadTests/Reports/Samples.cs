namespace Chat.LoadTests.Reports;

/// <summary>Durations, each kept, so that percentiles are exact. Thread safe.</summary>
internal sealed class Samples
{
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = new(1 << 16);
    private bool _sorted;

    public void Add(TimeSpan duration)
    {
        lock (_gate)
        {
            _milliseconds.Add(duration.TotalMilliseconds);
            _sorted = false;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _milliseconds.Clear();
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _milliseconds.Count;
            }
        }
    }

    /// <summary>The value that the given share does not exceed, milliseconds; NaN without samples.</summary>
    public double Percentile(double share)
    {
        lock (_gate)
        {
            if (!_sorted)
            {
                _milliseconds.Sort();
                _sorted = true;
            }

            return _milliseconds.Count == 0
                ? double.NaN
                : _milliseconds[Math.Clamp((int)Math.Ceiling(share * _milliseconds.Count) - 1, 0, _milliseconds.Count - 1)];
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
