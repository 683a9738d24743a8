using System.Threading.Channels;

namespace Chat.Redis;

/// <summary>
/// What came from a server and waits to be handled here, in its order. The driver keeps what its handlers do not take at once, without a bound;
/// this takes everything at once and has one. Thread safe.
/// </summary>
internal sealed class Arrivals
{
    private const long MostBytes = 32 * 1024 * 1024;

    private readonly Channel<Arrived> _waiting = Channel.CreateUnbounded<Arrived>(new UnboundedChannelOptions { SingleReader = true });
    private long _bytes;

    /// <summary>Takes a document; false when too much waits already.</summary>
    public bool TryAdd(string channel, byte[] document)
    {
        if (Interlocked.Add(ref _bytes, document.Length) <= MostBytes && _waiting.Writer.TryWrite(new Arrived(channel, document)))
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -document.Length);
        return false;
    }

    /// <summary>Hands out one document after another until the end.</summary>
    public async Task HandleAsync(Action<string, byte[]> handle)
    {
        await foreach (var arrived in _waiting.Reader.ReadAllAsync())
        {
            Interlocked.Add(ref _bytes, -arrived.Document.Length);
            handle(arrived.Channel, arrived.Document);
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void End() => _waiting.Writer.TryComplete();

    private readonly record struct Arrived(string Channel, byte[] Document);
}
