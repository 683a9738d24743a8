using System.Diagnostics.Metrics;
using Chat.LoadTests.Probe;

namespace Chat.LoadTests.Tests;

public sealed class MeterSumsTests
{
    [Fact]
    public void Measurements_are_summed_and_counted_by_instrument_and_by_value_of_their_tags()
    {
        var sums = new MeterSums();
        using var meter = new Meter("chat.probe.test");
        var count = meter.CreateCounter<long>("chat.probe.test.transactions");
        var duration = meter.CreateHistogram<double>("chat.probe.test.duration");
        count.Add(2, new KeyValuePair<string, object?>("outcome", "committed"));
        count.Add(1, new KeyValuePair<string, object?>("outcome", "committed"));
        count.Add(5, new KeyValuePair<string, object?>("outcome", "failed"));
        duration.Record(0.25);
        duration.Record(0.5);

        var read = sums.Read();

        read["chat.probe.test.transactions"].ShouldBe(8);
        read["chat.probe.test.transactions#"].ShouldBe(3);
        read["chat.probe.test.transactions{outcome=committed}"].ShouldBe(3);
        read["chat.probe.test.transactions{outcome=committed}#"].ShouldBe(2);
        read["chat.probe.test.transactions{outcome=failed}"].ShouldBe(5);
        read["chat.probe.test.duration"].ShouldBe(0.75);
        read["chat.probe.test.duration#"].ShouldBe(2);
    }

    [Fact]
    public void Meters_of_others_are_left_alone()
    {
        var sums = new MeterSums();
        using var meter = new Meter("other");
        meter.CreateCounter<long>("other.calls").Add(1);

        sums.Read().ShouldNotContainKey("other.calls");
    }
}
