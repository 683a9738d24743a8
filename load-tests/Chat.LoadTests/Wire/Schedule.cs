using System.Buffers.Text;
using Chat.Client;
using Chat.Contracts;
using Chat.LoadTests.Reports;

namespace Chat.LoadTests.Wire;

/// <summary>
/// A steady stream of messages that waits for nobody: when each is due is fixed beforehand, and what happens to it counts from then. A server
/// that stalls pays for all that should have happened meanwhile (no coordinated omission).
/// </summary>
internal sealed class Schedule
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private long _started;
    private double _ticksPerMessage = 1;

    /// <summary>How late this program itself was with each message.</summary>
    public Samples Lateness { get; } = new();

    /// <summary>Time since a message was due; negative before.</summary>
    public TimeSpan Since(long number) => TimeProvider.System.GetElapsedTime(_started + (long)(number * _ticksPerMessage));

    /// <summary>Sends at that rate to rooms picked by chance, and waits until all is acknowledged.</summary>
    /// <returns>How many messages were sent.</returns>
    public async Task<long> RunAsync(IReadOnlyList<(HubConnection Hub, RoomId Room)> senders, int rate, double seconds, int textBytes)
    {
        var texts = new Texts(textBytes);
        var random = new Random(42);
        var total = (long)(rate * seconds);
        var acks = new List<Task>((int)total);
        _ticksPerMessage = (double)TimeProvider.System.TimestampFrequency / rate;
        _started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (var number = 0L; number < total; await timer.WaitForNextTickAsync())
        {
            for (; number < total && Since(number) is var late && late >= TimeSpan.Zero; number++)
            {
                Lateness.Add(late);
                var (hub, room) = senders[random.Next(senders.Count)];
                acks.Add(hub.SendAsync(room, texts.Next(number)));
            }
        }

        await Task.WhenAll(acks).WaitAsync(Limit, TimeProvider.System);
        return total;
    }
}

/// <summary>Hears how late each message of a schedule comes.</summary>
internal sealed class LatencyTape(Schedule schedule, Samples latencies) : EventTape
{
    protected override void OnEvents(int events, ReadOnlySpan<byte> bytes)
    {
        var mark = "\"text\":\"#"u8;
        while (bytes.IndexOf(mark) is >= 0 and var at)
        {
            bytes = bytes[(at + mark.Length)..];
            if (Utf8Parser.TryParse(bytes, out long number, out _))
            {
                latencies.Add(schedule.Since(number));
            }
        }
    }
}
