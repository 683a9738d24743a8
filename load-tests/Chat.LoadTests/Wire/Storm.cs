using Chat.Client;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Wire;

/// <summary>A connection that sends to its room and hears what comes of it.</summary>
internal sealed record Sender(Person Person, HubConnection Hub, EventTape Tape);

/// <summary>Sends as fast as they are acknowledged, with a fixed number under way on each connection, and what came of them.</summary>
internal sealed class Storm
{
    private const int MostSends = 5_000_000;
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(10);

    private long _refused;

    private Storm()
    {
    }

    /// <summary>From each send to its acknowledgement.</summary>
    public Samples Latencies { get; } = new();

    public Acknowledged Acknowledged { get; } = new();

    /// <summary>Sends that the server refused; they are not tried again.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>What the first refusal said.</summary>
    public string? Refusal { get; private set; }

    public static async Task<Storm> RunAsync(IReadOnlyList<Sender> senders, int depth, double seconds, Texts texts)
    {
        var storm = new Storm();
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(senders.SelectMany(sender => Enumerable.Range(0, depth).Select(_ => storm.SendAsync(sender, started, seconds, texts))));
        return storm;
    }

    private async Task SendAsync(Sender sender, long started, double seconds, Texts texts)
    {
        await Task.Yield();
        var time = TimeProvider.System;
        var room = sender.Person.Room;
        var last = 0L;
        while (time.GetElapsedTime(started).TotalSeconds < seconds && Latencies.Count < MostSends)
        {
            var at = time.GetTimestamp();
            try
            {
                var ack = await sender.Hub.SendAsync(room, texts.Next(0));
                Latencies.Add(time.GetElapsedTime(at));
                Acknowledged.Add(room, ack.Seq);
                last = ack.Seq > last ? ack.Seq : throw new LoadTestException($"A send was acknowledged as {ack.Seq} after {last}.");
            }
            catch (HubCallException refusal)
            {
                Interlocked.Increment(ref _refused);
                Refusal ??= $"{refusal.Code}: {refusal.Message}";
                await Task.Delay(AfterRefusal, time);
            }
        }
    }
}
