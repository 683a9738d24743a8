using Chat.Contracts;
using Chat.Gateway.Feeds;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Gateway.Hub;

/// <summary>
/// A signed-in hub connection of this process: who it is, its bounded way out, and the rooms whose feeds it is attached to. What is sent to it
/// before its handshake has been answered waits until then.
/// </summary>
internal sealed class LiveConnection(
    ConnectionContext transport, UserId user, SessionId session, FeedOptions options, TimeProvider clock, ILogger logger)
    : IFeedConnection
{
    // A goodbye is worth waiting for, but not for a client that does not read.
    private static readonly TimeSpan GoodbyeWait = TimeSpan.FromSeconds(2.5);
    private static readonly CloseMessage CloseAndReturn = new(error: null, allowReconnect: true);

    private readonly ConnectionQueue _queue = new(options.QueueBytes, options.QueueFrames, logger);
    private readonly Lock _gate = new();
    private readonly HashSet<RoomId> _rooms = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastCall = clock.GetTimestamp();
    private ErrorCode? _closed;
    private volatile HubConnectionContext? _hub;

    /// <inheritdoc />
    public UserId User { get; } = user;

    public SessionId Session { get; } = session;

    public string Id => transport.ConnectionId;

    /// <summary>Syncs of one connection run one after another: each may hold a large answer.</summary>
    public SemaphoreSlim SyncGate { get; } = new(1, 1);

    /// <summary>The order of its calls.</summary>
    public CallOrder Calls { get; } = new();

    /// <summary>How long the client has made no call.</summary>
    public TimeSpan Idle => clock.GetElapsedTime(Interlocked.Read(ref _lastCall));

    /// <summary>Why the server takes no more calls of this connection; null while it does.</summary>
    public ErrorCode? Closed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <summary>The handshake has been answered: what waits is written, and from now on all that is sent.</summary>
    public void Open(HubConnectionContext hub)
    {
        _hub = hub;
        _queue.Open(message => hub.WriteAsync(message, CancellationToken.None));
    }

    /// <summary>The client made a call. Answers how long it had made none.</summary>
    public TimeSpan Touch()
    {
        var idle = Idle;
        Interlocked.Exchange(ref _lastCall, clock.GetTimestamp());
        return idle;
    }

    /// <inheritdoc />
    public bool TryEnter(RoomId room)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                return false;
            }

            _rooms.Add(room);
            return true;
        }
    }

    /// <inheritdoc />
    public bool TrySend(Frame frame) => _queue.TrySend(frame);

    /// <inheritdoc />
    public void Send(Frame frame) => _queue.Send(frame);

    /// <inheritdoc />
    public void SendIfIdle(Frame frame) => _queue.SendIfIdle(frame);

    /// <summary>The connection has ended: nothing more is queued for it. Answers the rooms to detach it from.</summary>
    public IReadOnlyCollection<RoomId> Leave()
    {
        _ended.TrySetResult();
        lock (_gate)
        {
            _closed ??= ErrorCode.AuthInvalid;
            var rooms = _rooms.ToArray();
            _rooms.Clear();
            _queue.Close(null);
            return rooms;
        }
    }

    /// <summary>
    /// Says goodbye and closes the connection. Nothing but the goodbye is queued any more when this returns its task; the task ends when the
    /// client has closed its side, which it does when it has read the goodbye, or is aborted because it has not.
    /// </summary>
    /// <param name="goodbye">The last frame.</param>
    /// <param name="why">What calls are answered from now on; a client that reconnects by itself should, if that is retryable.</param>
    public async Task CloseAsync(Frame goodbye, ErrorCode why)
    {
        lock (_gate)
        {
            _closed ??= why;
            _queue.Close(goodbye);
        }

        try
        {
            // What is written may still wait in the transport, and aborting throws it away: only the client's close says that it arrived.
            await SayCloseAsync(mayReturn: why.Retryable).WaitAsync(GoodbyeWait, clock);
        }
        catch (TimeoutException)
        {
            // The client does not read; it will learn from the closed socket.
        }

        if (_hub is { } hub)
        {
            hub.Abort();
        }
        else
        {
            transport.Abort();
        }
    }

    private async Task SayCloseAsync(bool mayReturn)
    {
        await _queue.Drained;
        await _hub!.WriteAsync(mayReturn ? CloseAndReturn : CloseMessage.Empty, CancellationToken.None);
        await _ended.Task;
    }
}
