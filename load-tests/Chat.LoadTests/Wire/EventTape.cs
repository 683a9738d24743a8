using System.Buffers.Text;
using Chat.Client;

namespace Chat.LoadTests.Wire;

/// <summary>
/// What one connection hears of its one room, checked event by event against the contract (each once, in order, none missing) by looking at
/// the bytes only: parsing in full would cost the client as much as delivering costs the server, on the same processors.
/// </summary>
internal class EventTape : IHubListener
{
    private long _next;
    private long _received;

    /// <summary>Events received so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Frames they came in.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes of those frames.</summary>
    public long Bytes { get; private set; }

    /// <summary>What was not as promised, first come; null when all was.</summary>
    public string? Fault { get; private set; }

    /// <summary>Seq of the first event to come; 0 when the order is not promised.</summary>
    public long Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    public void Take(HubPush push) => TakeOther(push.GetType().Name);

    public bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments)
    {
        if (!target.SequenceEqual("events"u8))
        {
            return false;
        }

        TakeEvents(arguments);
        return true;
    }

    /// <summary>Takes one record of the hub's protocol.</summary>
    public void TakeRecord(ReadOnlySpan<byte> record)
    {
        if (record.IndexOf("\"target\":\"events\""u8) is >= 0 and < 40)
        {
            TakeEvents(record);
        }
        else if (record.IndexOf("\"target\":\"lagging\""u8) >= 0)
        {
            TakeOther("lagging");
        }
    }

    /// <summary>Hears of events.</summary>
    /// <param name="events">How many came.</param>
    /// <param name="bytes">What they came as.</param>
    protected virtual void OnEvents(int events, ReadOnlySpan<byte> bytes)
    {
    }

    private void TakeOther(string what)
    {
        if (what is "lagging" or nameof(LaggingPush))
        {
            Fault ??= "The server found this connection lagging, so the run asked for more than client and server can do.";
        }
    }

    private void TakeEvents(ReadOnlySpan<byte> bytes)
    {
        // Only an event begins so: inside texts the quotes are escaped.
        var start = "{\"seq\":"u8;
        Frames++;
        Bytes += bytes.Length;
        var rest = bytes;
        var count = 0;
        while (rest.IndexOf(start) is >= 0 and var at)
        {
            rest = rest[(at + start.Length)..];
            if (!Utf8Parser.TryParse(rest, out long seq, out var used))
            {
                Fault ??= "An event came without a seq.";
            }

            rest = rest[used..];
            count++;
            if (_next > 0 && seq != _next++)
            {
                Fault ??= $"Event {seq} came where {_next - 1} was due.";
            }
        }

        Volatile.Write(ref _received, _received + count);
        OnEvents(count, bytes);
    }
}
