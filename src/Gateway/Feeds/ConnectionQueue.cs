using Microsoft.AspNetCore.SignalR;

namespace Chat.Gateway.Feeds;

/// <summary>
/// The way out to one connection. A frame is written at once when the connection takes it; otherwise it waits in a queue of bounded length
/// and bytes, as all do until it is opened. Frames leave in the order in which they were queued. Thread safe; never blocks its callers.
/// </summary>
internal sealed partial class ConnectionQueue(int maxBytes, int maxFrames, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<Frame> _waiting = new(0);
    private Func<SerializedHubMessage, ValueTask>? _write;
    private long _bytes;
    // Until it is opened, as if a write were under way.
    private bool _writing = true;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <summary>Bytes that wait.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Completes when it is open, nothing is being written and nothing waits (or the connection broke).</summary>
    public Task Drained
    {
        get
        {
            lock (_gate)
            {
                return _writing ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
            }
        }
    }

    /// <summary>Writes what waits, and from now on what comes. Call once.</summary>
    public void Open(Func<SerializedHubMessage, ValueTask> write)
    {
        _write = write;
        if (Next() is { } frame)
        {
            Write(frame);
        }
    }

    /// <inheritdoc cref="IFeedConnection.TrySend" />
    public bool TrySend(Frame frame)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return true;
            }

            if (_writing)
            {
                if (_bytes + frame.Bytes > maxBytes || _waiting.Count >= maxFrames)
                {
                    return false;
                }

                Enqueue(frame);
                return true;
            }

            _writing = true;
        }

        Write(frame);
        return true;
    }

    /// <inheritdoc cref="IFeedConnection.Send" />
    public void Send(Frame frame)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (_writing)
            {
                Enqueue(frame);
                return;
            }

            _writing = true;
        }

        Write(frame);
    }

    /// <inheritdoc cref="IFeedConnection.SendIfIdle" />
    public void SendIfIdle(Frame frame)
    {
        lock (_gate)
        {
            if (_closed || _writing)
            {
                return;
            }

            _writing = true;
        }

        Write(frame);
    }

    /// <summary>Drops what waits and takes nothing more, but for <paramref name="last"/>, which follows the frame being written.</summary>
    public void Close(Frame? last)
    {
        if (last is not null)
        {
            lock (_gate)
            {
                _waiting.Clear();
                _bytes = 0;
            }

            Send(last);
        }

        lock (_gate)
        {
            _closed = true;
            if (last is null)
            {
                _waiting.Clear();
                _bytes = 0;
            }
        }
    }

    private void Enqueue(Frame frame)
    {
        _waiting.Enqueue(frame);
        _bytes += frame.Bytes;
    }

    // Holds the right to write (_writing). The usual case ends here without an asynchronous state machine.
    private void Write(Frame frame)
    {
        var next = frame;
        while (next is not null)
        {
            ValueTask written;
            try
            {
                written = _write!(next.Message);
            }
            catch (Exception ex)
            {
                Broken(ex);
                return;
            }

            if (!written.IsCompletedSuccessfully)
            {
                _ = FinishAsync(written);
                return;
            }

            next = Next();
        }
    }

    private async Task FinishAsync(ValueTask written)
    {
        try
        {
            await written;
            while (Next() is { } frame)
            {
                await _write!(frame.Message);
            }
        }
        catch (Exception ex)
        {
            Broken(ex);
        }
    }

    private Frame? Next()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var frame))
            {
                _bytes -= frame.Bytes;
                return frame;
            }

            Idle();
            return null;
        }
    }

    private void Idle()
    {
        _writing = false;
        _drained?.TrySetResult();
        _drained = null;
    }

    private void Broken(Exception exception)
    {
        lock (_gate)
        {
            _closed = true;
            _waiting.Clear();
            _bytes = 0;
            Idle();
        }

        Log.WriteFailed(logger, exception);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A write to a connection failed; it takes nothing more")]
        public static partial void WriteFailed(ILogger logger, Exception exception);
    }
}
