using Chat.Contracts;

namespace Chat.Client;

/// <summary>Reads all rooms of the user, also those that come later. A room that is lost and gained again goes on where it was.</summary>
internal sealed class AllEventsReader(
    IEventSource source, EventReaders readers, UserId me, int bound, IReadOnlyDictionary<RoomId, long> cursors)
    : EventReader(source, readers, me, bound)
{
    private bool _isFirstList = true;
    private bool _toList = true;

    public override bool IsCaughtUp
    {
        get
        {
            lock (Gate)
            {
                return !_toList && base.IsCaughtUp;
            }
        }
    }

    protected override bool IsOver => false;

    public override void Change(RoomsChange change)
    {
        if (change.Change is not MemberChange.Joined)
        {
            return;
        }

        lock (Gate)
        {
            Join(change.RoomId, change.Seq);
        }

        Wake();
    }

    public override void Reconnect()
    {
        lock (Gate)
        {
            // Rooms may have come while nobody told.
            _toList = true;
        }

        base.Reconnect();
    }

    protected override Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override RoomReading? Accept(RoomId room, IReadOnlyList<RoomEvent> events)
    {
        if (events.FirstOrDefault(IsOwnJoin) is { } joined)
        {
            Join(room, joined.Seq);
        }

        if (Find(room) is { } reading)
        {
            return reading;
        }

        // The hint of the room's coming was dropped.
        _toList = true;
        return null;
    }

    protected override bool IsLoss(RoomReading reading) => true;

    protected override async Task<bool> ListAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (!_toList)
            {
                return false;
            }

            _toList = false;
        }

        var rooms = await Source.RoomsAsync(cancellationToken);
        lock (Gate)
        {
            foreach (var room in rooms)
            {
                if (Find(room.RoomId) is { } known)
                {
                    known.Rejoin();
                }
                else
                {
                    // A room that came unnoticed: joining sets the read mark to the join.
                    Place(room.RoomId, cursors.TryGetValue(room.RoomId, out var cursor) ? cursor : _isFirstList ? room.LastSeq : room.ReadSeq);
                }
            }

            _isFirstList = false;
        }

        return true;
    }

    private void Join(RoomId room, long seq)
    {
        if (Find(room) is { } known)
        {
            known.Rejoin();
        }
        else
        {
            Place(room, cursors.TryGetValue(room, out var cursor) ? cursor : seq - 1);
        }
    }
}
