using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// One enumeration of events, of one room or of all. Pushes are offered to it and never wait for it; what it cannot hold, or what never
/// came, it fetches when its consumer gets there. So a slow consumer costs a bounded amount of memory and harms no other.
/// </summary>
internal abstract class EventReader(IEventSource source, EventReaders readers, UserId me, int bound)
{
    private const int MostRoomsOfSync = 500;

    private readonly Dictionary<RoomId, RoomReading> _rooms = [];
    private readonly Queue<RoomReading> _ready = new();
    private readonly HashSet<RoomReading> _isReady = [];
    private readonly PushBudget _budget = new(bound);
    private readonly Backoff _idle = source.NewBackoff();
    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile bool _isAwaited;

    /// <summary>Whether its consumer waits for an event.</summary>
    public bool IsAwaited => _isAwaited;

    /// <summary>Whether it lacks nothing that the server had when the connection came up.</summary>
    public virtual bool IsCaughtUp
    {
        get
        {
            lock (Gate)
            {
                return _rooms.Values.All(r => r.IsSynced || r.IsLost);
            }
        }
    }

    /// <summary>Guards everything here and in the readings.</summary>
    protected Lock Gate { get; } = new();

    protected IEventSource Source => source;

    /// <summary>Whether nothing will come any more.</summary>
    protected abstract bool IsOver { get; }

    /// <summary>The events. Enumerate once.</summary>
    public async IAsyncEnumerable<(RoomId Room, RoomEvent Event)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            _isAwaited = true;
            await BeginAsync(cancellationToken);
            readers.Add(this);
            while (true)
            {
                while (Take() is { } next)
                {
                    _isAwaited = false;
                    yield return next;
                    cancellationToken.ThrowIfCancellationRequested();
                    _isAwaited = true;
                }

                if (await ListAsync(cancellationToken) || await SyncAsync(cancellationToken))
                {
                    continue;
                }

                if (IsOver)
                {
                    yield break;
                }

                readers.CaughtUp(this);
                source.ThrowIfEnded();
                await _wake.Reader.ReadAsync(cancellationToken);
            }
        }
        finally
        {
            readers.Remove(this);
        }
    }

    /// <summary>Offers what was pushed.</summary>
    public void Offer(RoomId room, IReadOnlyList<RoomEvent> events)
    {
        lock (Gate)
        {
            if (Accept(room, events) is not { IsLost: false } reading)
            {
                return;
            }

            foreach (var roomEvent in events)
            {
                reading.Offer(roomEvent);
            }

            MarkReady(reading);
        }

        Wake();
    }

    /// <summary>The server has stopped pushing a room.</summary>
    public void Lag(RoomId room)
    {
        lock (Gate)
        {
            Find(room)?.Restart();
        }

        Wake();
    }

    /// <summary>The user gained or lost a room.</summary>
    public virtual void Change(RoomsChange change)
    {
    }

    /// <summary>There is a new connection.</summary>
    public virtual void Reconnect()
    {
        lock (Gate)
        {
            foreach (var reading in _rooms.Values)
            {
                reading.Reconnect();
            }
        }

        Wake();
    }

    /// <summary>Makes it look again at what there is to do.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Finds out where to begin.</summary>
    protected abstract Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>The reading that takes these events; null when none does. Called under the lock.</summary>
    protected abstract RoomReading? Accept(RoomId room, IReadOnlyList<RoomEvent> events);

    /// <summary>Fetches the list of rooms if it may have changed; false when there was no need.</summary>
    protected virtual Task<bool> ListAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Whether a refusal means that the room is lost; otherwise it is the consumer's to hear of.</summary>
    protected abstract bool IsLoss(RoomReading reading);

    /// <summary>A room's reading. Called under the lock.</summary>
    protected RoomReading? Find(RoomId room) => _rooms.GetValueOrDefault(room);

    /// <summary>Begins to read a room. Called under the lock.</summary>
    protected RoomReading Place(RoomId room, long cursor)
    {
        var reading = new RoomReading(room, cursor, _budget);
        _rooms.Add(room, reading);
        return reading;
    }

    /// <summary>Whether the user came into the room by this event.</summary>
    protected bool IsOwnJoin(RoomEvent e) => e is { Kind: EventKind.Member, Change: MemberChange.Joined } && e.UserId == me;

    private bool IsOwnEnd(RoomEvent e) =>
        e is { Kind: EventKind.Member, Change: MemberChange.Left or MemberChange.Removed or MemberChange.Banned } && e.UserId == me;

    private void MarkReady(RoomReading reading)
    {
        if (_isReady.Add(reading))
        {
            _ready.Enqueue(reading);
        }
    }

    // In turns, so that no room waits for another's backlog.
    private (RoomId, RoomEvent)? Take()
    {
        lock (Gate)
        {
            while (_ready.TryDequeue(out var reading))
            {
                if (reading.Take() is not { } next)
                {
                    _isReady.Remove(reading);
                    continue;
                }

                _ready.Enqueue(reading);
                if (IsOwnEnd(next))
                {
                    // The last event, or an old one and the user is back: the server knows.
                    reading.Restart();
                }

                return (reading.Room, next);
            }

            return null;
        }
    }

    private async Task<bool> SyncAsync(CancellationToken cancellationToken)
    {
        List<(RoomReading Reading, long Cursor, int Version)> asked;
        lock (Gate)
        {
            asked = [.. _rooms.Values.Where(r => r.NeedsSync).Take(MostRoomsOfSync).Select(r => (r, r.Cursor, r.Version))];
        }

        if (asked.Count == 0)
        {
            return false;
        }

        var answers = (await source.SyncAsync(asked.ToDictionary(a => a.Reading.Room, a => a.Cursor), cancellationToken))
            .ToDictionary(a => a.RoomId);
        var moved = false;
        lock (Gate)
        {
            foreach (var (reading, _, version) in asked)
            {
                moved |= answers.TryGetValue(reading.Room, out var answer) && Answer(reading, answer, version);
            }
        }

        if (moved)
        {
            _idle.Reset();
            readers.CaughtUp(this);
        }
        else
        {
            // The server could not give anything yet, and does not say when it can.
            await source.PauseAsync(_idle.Next(), cancellationToken);
        }

        return true;
    }

    // Whether the answer led anywhere.
    private bool Answer(RoomReading reading, SyncResult answer, int version)
    {
        if (!answer.Reset)
        {
            reading.Answer(answer, version);
            MarkReady(reading);
            return reading.HasNext || !reading.NeedsSync;
        }

        if (answer.Error is not { } code)
        {
            throw new LogResetException(reading.Room, reading.Cursor, answer.LastSeq);
        }

        var error = ErrorCode.Find(code);
        if (error.Retryable)
        {
            return false;
        }

        if ((error != ErrorCode.RoomNotFound && error != ErrorCode.RoomForbidden) || !IsLoss(reading))
        {
            throw new HubCallException(code, $"Room {reading.Room}: {error.Title}.");
        }

        reading.Lose();
        return true;
    }
}
