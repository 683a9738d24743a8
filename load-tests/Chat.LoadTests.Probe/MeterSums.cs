using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.LoadTests.Probe;

/// <summary>Sums of the server's own meters (<c>chat.*</c>): for each instrument <c>name</c> (sum) and, for histograms, <c>name#</c> (count).</summary>
internal sealed class MeterSums
{
    private readonly ConcurrentDictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeterSums()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("chat.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, _sums.GetOrAdd(instrument.Name, static _ => new Sum()));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, _, sum) => ((Sum)sum!).Add((long)value));
        _listener.SetMeasurementEventCallback<long>(static (_, value, _, sum) => ((Sum)sum!).Add(value));
        _listener.SetMeasurementEventCallback<double>(static (_, value, _, sum) => ((Sum)sum!).Add(value));
        _listener.Start();
    }

    public IDictionary<string, double> Read()
    {
        var read = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, sum) in _sums)
        {
            (read[name], read[name + "#"]) = sum.Read();
        }

        return read;
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
