using System.Diagnostics.Metrics;

namespace Chat.Grains.Local;

/// <summary>The meter <c>chat.grains</c>. Tagged by grain class only.</summary>
internal sealed class GrainMetrics
{
    private readonly UpDownCounter<long> _activations;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _timeouts;

    public GrainMetrics(IMeterFactory? meters)
    {
        Meter = meters?.Create("chat.grains") ?? new Meter("chat.grains");
        _activations = Meter.CreateUpDownCounter<long>("chat.grains.activations", "{activation}", "Grains that are active now.");
        _calls = Meter.CreateCounter<long>("chat.grains.calls", "{call}", "Calls sent to grains.");
        _refused = Meter.CreateCounter<long>("chat.grains.refused", "{call}", "Calls refused because the grain's mailbox was full.");
        _timeouts = Meter.CreateCounter<long>("chat.grains.timeouts", "{call}", "Calls that had no answer in time.");
    }

    public Meter Meter { get; }

    public void Activated(GrainClass grainClass) => _activations.Add(1, grainClass.Tag);

    public void Deactivated(GrainClass grainClass) => _activations.Add(-1, grainClass.Tag);

    public void Called(GrainClass grainClass) => _calls.Add(1, grainClass.Tag);

    public void Refused(GrainClass grainClass) => _refused.Add(1, grainClass.Tag);

    public void TimedOut(GrainClass grainClass) => _timeouts.Add(1, grainClass.Tag);
}
