using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Chat.Client;

/// <summary>Hands pushes that are no part of any log to whoever listens; those who do not keep up lose the oldest. Thread safe.</summary>
internal sealed class Hints(int bound)
{
    private readonly Lock _gate = new();
    private Channel<HubPush>[] _listeners = [];
    private Exception? _end;

    /// <summary>Hands out one. Never waits.</summary>
    public void Give(HubPush push)
    {
        foreach (var listener in Volatile.Read(ref _listeners))
        {
            listener.Writer.TryWrite(push);
        }
    }

    /// <summary>There will be no more.</summary>
    public void End(Exception why)
    {
        lock (_gate)
        {
            _end = why;
            foreach (var listener in _listeners)
            {
                listener.Writer.TryComplete(why);
            }
        }
    }

    /// <summary>What is given from now on.</summary>
    public async IAsyncEnumerable<HubPush> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listener = Channel.CreateBounded<HubPush>(new BoundedChannelOptions(bound) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            if (_end is { } end)
            {
                listener.Writer.Complete(end);
            }

            _listeners = [.. _listeners, listener];
        }

        try
        {
            await foreach (var push in listener.Reader.ReadAllAsync(cancellationToken))
            {
                yield return push;
            }
        }
        finally
        {
            lock (_gate)
            {
                _listeners = [.. _listeners.Where(l => l != listener)];
            }
        }
    }
}
