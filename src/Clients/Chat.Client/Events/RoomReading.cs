using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// One consumer's place in one room's log, and what is at hand behind it. Gives out each event once, in seq order, without gaps, whatever is
/// pushed twice, late or not at all; says when it has to sync. Pure, not thread safe.
/// </summary>
/// <param name="room">The room.</param>
/// <param name="cursor">The last seq that the consumer has.</param>
/// <param name="budget">How many pushed events may be held, here and wherever else it is shared.</param>
internal sealed class RoomReading(RoomId room, long cursor, PushBudget budget)
{
    private readonly Queue<RoomEvent> _synced = new();
    private readonly Queue<RoomEvent> _pushed = new();
    private long _lastPushed;
    private long _seen;

    public RoomId Room => room;

    /// <summary>The last seq given out.</summary>
    public long Cursor { get; private set; } = cursor;

    /// <summary>Whether pushes of the present connection go on from the last answer to a sync.</summary>
    public bool IsSynced { get; private set; }

    /// <summary>Grows whenever what is under way by then can no longer make it synced.</summary>
    public int Version { get; private set; }

    /// <summary>Whether the user is out of the room; then it neither gives out nor wants anything.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the server has let the user read the room since this reading began.</summary>
    public bool WasRead { get; private set; }

    /// <summary>Whether the event after the cursor is at hand.</summary>
    public bool HasNext => Next() is not null;

    /// <summary>Whether something is missing that only a sync brings.</summary>
    public bool NeedsSync => !IsLost && (!IsSynced || _seen > Cursor) && !HasNext;

    /// <summary>Takes a pushed event, if it continues what is held and there is room for it; otherwise a sync will bring it.</summary>
    public void Offer(RoomEvent pushed)
    {
        _seen = Math.Max(_seen, pushed.Seq);
        var continues = _pushed.Count == 0 ? pushed.Seq > Cursor : pushed.Seq == _lastPushed + 1;
        if (continues && budget.TryTake())
        {
            _pushed.Enqueue(pushed);
            _lastPushed = pushed.Seq;
        }
    }

    /// <summary>The event after the cursor, if it is at hand; the cursor moves to it.</summary>
    public RoomEvent? Take()
    {
        if (Next() is not { } queue)
        {
            return null;
        }

        Cursor++;
        return Dequeue(queue);
    }

    /// <summary>The connection is another one, or the server has stopped pushing the room: only a sync tells how it goes on.</summary>
    public void Restart()
    {
        IsSynced = false;
        Version++;
    }

    /// <summary>As <see cref="Restart"/>, for a new connection: what was seen on the one before is no promise of this one.</summary>
    public void Reconnect()
    {
        Restart();
        _seen = Math.Max(Cursor, _pushed.Count == 0 ? 0 : _lastPushed);
    }

    /// <summary>Takes an answer, which is neither a reset nor an error, to a sync from the cursor.</summary>
    /// <param name="answer">What the server said.</param>
    /// <param name="version">The version at which it was asked.</param>
    public void Answer(SyncResult answer, int version)
    {
        WasRead = true;
        _synced.Clear();
        foreach (var roomEvent in answer.Events)
        {
            _synced.Enqueue(roomEvent);
            _seen = Math.Max(_seen, roomEvent.Seq);
        }

        IsSynced = !answer.More && version == Version;
    }

    /// <summary>The user is out of the room.</summary>
    public void Lose()
    {
        IsLost = true;
        budget.Return(_pushed.Count);
        _synced.Clear();
        _pushed.Clear();
    }

    /// <summary>The user is in the room again: it goes on where it was.</summary>
    public void Rejoin()
    {
        if (IsLost)
        {
            IsLost = false;
            Reconnect();
        }
    }

    /// <summary>The queue at whose head the next event is.</summary>
    private Queue<RoomEvent>? Next()
    {
        DropSeen(_synced);
        DropSeen(_pushed);
        return HasAtHead(_synced) ? _synced : HasAtHead(_pushed) ? _pushed : null;
    }

    private bool HasAtHead(Queue<RoomEvent> queue) => queue.TryPeek(out var head) && head.Seq == Cursor + 1;

    private void DropSeen(Queue<RoomEvent> queue)
    {
        while (queue.TryPeek(out var head) && head.Seq <= Cursor)
        {
            Dequeue(queue);
        }
    }

    private RoomEvent Dequeue(Queue<RoomEvent> queue)
    {
        if (queue == _pushed)
        {
            budget.Return(1);
        }

        return queue.Dequeue();
    }
}

/// <summary>How many pushed events one enumeration still may hold. Not thread safe.</summary>
internal sealed class PushBudget(int bound)
{
    private int _held;

    /// <summary>Takes room for one, if there is.</summary>
    public bool TryTake()
    {
        if (_held == bound)
        {
            return false;
        }

        _held++;
        return true;
    }

    /// <summary>Gives room back.</summary>
    public void Return(int count) => _held -= count;
}
