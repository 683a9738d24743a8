using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.Storage.MySql.Tests;

/// <summary>What a meter measured: sums by instrument, and by instrument and tag (<c>name tag=value</c>).</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string What, double Least, TaskCompletionSource Reached)> _awaited = new();

    public Measured(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter && !instrument.IsObservable)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public double Of(string what) => _sums.GetValueOrDefault(what);

    /// <summary>Completes when the sum is so much.</summary>
    public Task Reaches(string what, double least)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((what, least, reached));
        Check();
        return reached.Task;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        foreach (var (key, tag) in tags)
        {
            _sums.AddOrUpdate($"{instrument.Name} {key}={tag}", value, (_, sum) => sum + value);
        }

        Check();
    }

    private void Check()
    {
        foreach (var (what, least, reached) in _awaited)
        {
            if (Of(what) >= least)
            {
                reached.TrySetResult();
            }
        }
    }
}
