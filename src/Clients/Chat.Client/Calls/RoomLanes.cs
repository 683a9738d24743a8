using Chat.Contracts;

namespace Chat.Client;

/// <summary>Lets one caller at a time into each room, in the order in which they came. Thread safe.</summary>
internal sealed class RoomLanes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RoomId, LinkedList<TaskCompletionSource>> _lanes = [];

    /// <summary>Waits for those who came before; the place in line is taken when this returns. Dispose to let the next one in.</summary>
    public async Task<IDisposable> EnterAsync(RoomId room, CancellationToken cancellationToken)
    {
        var place = new LinkedListNode<TaskCompletionSource>(new(TaskCreationOptions.RunContinuationsAsynchronously));
        var turn = new Turn(this, room, place);
        lock (_gate)
        {
            if (!_lanes.TryGetValue(room, out var lane))
            {
                _lanes.Add(room, lane = new());
                place.Value.SetResult();
            }

            lane.AddLast(place);
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private void Leave(RoomId room, LinkedListNode<TaskCompletionSource> place)
    {
        lock (_gate)
        {
            if (place.List is not { } lane)
            {
                return;
            }

            lane.Remove(place);
            if (lane.First is { } next)
            {
                // The first is always let in; a second time changes nothing.
                next.Value.TrySetResult();
            }
            else
            {
                _lanes.Remove(room);
            }
        }
    }

    private sealed class Turn(RoomLanes lanes, RoomId room, LinkedListNode<TaskCompletionSource> place) : IDisposable
    {
        public void Dispose() => lanes.Leave(room, place);
    }
}
