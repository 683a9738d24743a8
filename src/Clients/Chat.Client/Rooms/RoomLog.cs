using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// A room's log as one client follows it: from pushes as long as they continue the cursor, by Sync where they do not. Each event reaches
/// <c>apply</c> once, in seq order, whatever is pushed twice, late or not at all. Calls of <c>apply</c> never overlap. Thread safe.
/// </summary>
public sealed class RoomLog
{
    private readonly Lock _gate = new();
    private readonly RoomCursor _cursor;
    private readonly Action<RoomEvent> _apply;
    private long _seen;

    /// <summary>A log from a cursor on: 0, or the seq that the state behind <paramref name="apply"/> reflects.</summary>
    public RoomLog(RoomId room, long cursor, Action<RoomEvent> apply)
    {
        Room = room;
        _cursor = new RoomCursor(cursor);
        _apply = apply;
    }

    /// <summary>The room.</summary>
    public RoomId Room { get; }

    /// <summary>The last seq applied.</summary>
    public long Cursor
    {
        get
        {
            lock (_gate)
            {
                return _cursor.Seq;
            }
        }
    }

    /// <summary>Takes events as they were pushed. False when they left a gap: call <see cref="CatchUpAsync"/>.</summary>
    public bool Take(IReadOnlyList<RoomEvent> events)
    {
        lock (_gate)
        {
            foreach (var roomEvent in events)
            {
                _seen = Math.Max(_seen, roomEvent.Seq);
                switch (_cursor.Advance(roomEvent.Seq))
                {
                    case CursorStep.Apply:
                        _apply(roomEvent);
                        break;
                    case CursorStep.Gap:
                        return false;
                }
            }

            return true;
        }
    }

    /// <summary>
    /// Syncs until nothing is missing, what was pushed too early meanwhile included. From then on the pushes of this connection continue the
    /// cursor, unless the server says that it lags.
    /// </summary>
    /// <returns>Null; or the answer that says that the log cannot be continued: fetch the room afresh.</returns>
    /// <exception cref="HubCallException">The server refused.</exception>
    /// <exception cref="HubConnectionException">The connection ended first.</exception>
    public async Task<SyncResult?> CatchUpAsync(HubConnection connection, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var answers = await connection.SyncAsync(new() { [Room] = Cursor }, cancellationToken);
            var answer = answers.Find(a => a.RoomId == Room);
            if (answer is null || answer.Reset)
            {
                return answer;
            }

            // A page always continues the cursor that it was asked with; the cursor may have moved past it meanwhile.
            if (Take(answer.Events) && !answer.More && !IsBehind())
            {
                return null;
            }
        }
    }

    private bool IsBehind()
    {
        lock (_gate)
        {
            return _seen > _cursor.Seq;
        }
    }
}
