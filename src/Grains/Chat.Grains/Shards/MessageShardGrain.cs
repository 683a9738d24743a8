using Chat.Abstractions;
using Chat.Contracts;
using Orleans;
using Orleans.Concurrency;

namespace Chat.Grains;

/// <summary>
/// Group commit. While one transaction is on its way to the disk, the commits of other rooms gather here; when it is done they go together,
/// so the cost of a flush is shared by whoever came in the meantime, and nothing waits when nothing else is there (docs/adr/0004).
/// </summary>
[Reentrant]
public sealed class MessageShardGrain(IRoomStore store) : Grain, IMessageShardGrain
{
    // Bounds a transaction, so that one does not hold the database for long; what is beyond it makes the next.
    private const int MostRooms = 1024;

    private readonly List<Waiting> _waiting = [];
    private Task _pump = Task.CompletedTask;

    /// <inheritdoc />
    public Task<CommitOutcome> Commit(RoomCommit commit)
    {
        var waiting = new Waiting(commit);
        _waiting.Add(waiting);
        if (_pump.IsCompleted)
        {
            _pump = PumpAsync();
        }

        return waiting.Completion.Task;
    }

    private async Task PumpAsync()
    {
        while (_waiting.Count > 0)
        {
            var group = Take();
            try
            {
                var outcomes = await store.CommitAsync(group.ConvertAll(w => w.Commit));
                for (var i = 0; i < group.Count; i++)
                {
                    group[i].Completion.TrySetResult(outcomes[i]);
                }
            }
            catch (Exception ex)
            {
                group.ForEach(w => w.Completion.TrySetException(ex));
            }
        }
    }

    // A room is in a transaction once: two activations of it may be about for a moment, and the second has to see the first one's commit.
    private List<Waiting> Take()
    {
        var group = new List<Waiting>(Math.Min(_waiting.Count, MostRooms));
        var rooms = new HashSet<RoomId>();
        var left = 0;
        foreach (var waiting in _waiting)
        {
            if (group.Count < MostRooms && rooms.Add(waiting.Commit.Head.Id))
            {
                group.Add(waiting);
            }
            else
            {
                _waiting[left++] = waiting;
            }
        }

        _waiting.RemoveRange(left, _waiting.Count - left);
        return group;
    }

    private sealed record Waiting(RoomCommit Commit)
    {
        public TaskCompletionSource<CommitOutcome> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
