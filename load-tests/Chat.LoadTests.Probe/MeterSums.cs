using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.LoadTests.Probe;

/// <summary>
/// Sums of the server's own meters (<c>chat.*</c>): for each instrument <c>name</c> (sum) and <c>name#</c> (count of measurements), and the same
/// for each value of each tag, as <c>name{tag=value}</c>.
/// </summary>
internal sealed class MeterSums
{
    private readonly ConcurrentDictionary<string, Tagged> _instruments = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeterSums()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("chat.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument.Name, static _ => new Tagged()));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((Tagged)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((Tagged)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((Tagged)state!).Add(value, tags));
        _listener.Start();
    }

    public IDictionary<string, double> Read()
    {
        var read = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, sums) in _instruments)
        {
            (read[name], read[name + "#"]) = sums.All.Read();
            foreach (var ((tag, value), sum) in sums.ByTag)
            {
                var tagged = $"{name}{{{tag}={value}}}";
                (read[tagged], read[tagged + "#"]) = sum.Read();
            }
        }

        return read;
    }

    private sealed class Tagged
    {
        public Sum All { get; } = new();

        // The server's tags are closed sets, so this stays small.
        public ConcurrentDictionary<(string Tag, object? Value), Sum> ByTag { get; } = new();

        public void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            All.Add(value);
            foreach (var tag in tags)
            {
                ByTag.GetOrAdd((tag.Key, tag.Value), static _ => new Sum()).Add(value);
            }
        }

        public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            All.Add(value);
            foreach (var tag in tags)
            {
                ByTag.GetOrAdd((tag.Key, tag.Value), static _ => new Sum()).Add(value);
            }
        }
    }

    private sealed class Sum
    {
        private readonly Lock _gate = new();
        private double _fractions;
        private long _whole;
        private long _count;

        public void Add(long value)
        {
            // The server's hot path calls this: no lock.
            Interlocked.Add(ref _whole, value);
            Interlocked.Increment(ref _count);
        }

        public void Add(double value)
        {
            lock (_gate)
            {
                _fractions += value;
                _count++;
            }
        }

        public (double Total, long Count) Read()
        {
            lock (_gate)
            {
                return (_fractions + Volatile.Read(ref _whole), Volatile.Read(ref _count));
            }
        }
    }
}
