using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Grains;

/// <summary>
/// The write side of one room's activation: calls queue up in the order in which they came; while one commit is on its way, what arrives
/// makes the next. Not thread safe: it lives in the turns of its grain. What it knows of the room is only ever a guess that the store's
/// compare-and-set confirms, so any number of activations, in any number of processes, may run at once.
/// </summary>
internal sealed partial class RoomWriter(
    RoomFacts facts,
    IRoomStore store,
    IBackplane backplane,
    IIdSource ids,
    TimeProvider clock,
    RoomMetrics metrics,
    ILogger logger,
    Func<RoomCommit, Task<CommitOutcome>> commit)
{
    // A conflict means that another activation got a commit through, so the room as a whole moves on; the callers of one that never wins are
    // told to come again rather than kept for ever.
    private const int MostAttempts = 50;

    // From here on an activation that keeps losing steps aside for a random moment: two that try in lockstep take turns at losing.
    private const int AttemptsAtOnce = 4;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    // More events than this are dearer to read than the room itself.
    private const int MostCatchUp = 500;

    private readonly Queue<RoomOp> _queue = new();
    private Task _pump = Task.CompletedTask;
    private RoomMemory? _memory;
    private RoomMemory? _forgotten;
    private bool _outcomeUnknown;

    /// <summary>What this activation knew last, also while the store does not answer: true of some moment, perhaps not of now. Null when nothing.</summary>
    public RoomMemory? LastKnown => _memory ?? _forgotten;

    /// <summary>Adds a call to the log's queue and waits for its answer.</summary>
    public Task<Result<T>> RunAsync<T>(RoomOp<T> op)
    {
        if (_queue.Count >= facts.Limits.PendingPerRoom)
        {
            metrics.Refused();
            return Task.FromResult<Result<T>>(new Refusal(
                ErrorCode.ServerBusy, "The room has more calls waiting than it takes on; try again.", TimeSpan.FromSeconds(1)));
        }

        _queue.Enqueue(op);
        if (_pump.IsCompleted)
        {
            _pump = PumpAsync();
        }

        return op.Completion;
    }

    /// <summary>The room's committed state as this activation knows it.</summary>
    public async Task<RoomMemory> MemoryAsync()
    {
        if (_memory is { } known)
        {
            return known;
        }

        var loaded = new RoomMemory(await store.LoadAsync(facts.Room));
        if (_memory is not null)
        {
            return _memory;
        }

        _memory = loaded;
        _forgotten = null;
        if (_outcomeUnknown)
        {
            // A commit whose answer was lost may be in the log; nobody was told. Feeds fetch what they lack.
            _outcomeUnknown = false;
            backplane.Publish(facts.Room, new LogAdvanced(loaded.Head?.LastSeq ?? 0));
        }

        return loaded;
    }

    /// <summary>
    /// As <see cref="MemoryAsync"/>, but no older than the call: for answers that no compare-and-set confirms, while other processes write
    /// to the room. One look at the room's position, whatever its size.
    /// </summary>
    public async Task<RoomMemory> CurrentMemoryAsync()
    {
        if (_memory is { } known && !await IsCurrentAsync(known.LastSeq))
        {
            await CatchUpAsync(known);
        }

        return await MemoryAsync();
    }

    private async Task PumpAsync()
    {
        var batch = new List<RoomOp>();
        while (_queue.Count > 0)
        {
            batch.Clear();
            while (batch.Count < facts.Limits.EventsPerCommit && _queue.TryDequeue(out var op))
            {
                batch.Add(op);
            }

            try
            {
                await RunBatchAsync(batch);
            }
            catch (Exception ex) when (ex is StoreUnavailableException or TimeoutException)
            {
                Forget();
                Log.StoreUnavailable(logger, facts.Room.Value, batch.Count, ex);
                var refusal = new Refusal(
                    ErrorCode.StorageUnavailable, "The store does not answer; try again with the same clientId.", TimeSpan.FromSeconds(1));
                batch.ForEach(op => op.Refuse(refusal));
            }
            catch (Exception ex)
            {
                Forget();
                Log.BatchFailed(logger, facts.Room.Value, batch.Count, ex);
                batch.ForEach(op => op.Fail(new InvalidOperationException($"A commit of room {facts.Room} failed.", ex)));
            }
        }
    }

    private void Forget()
    {
        _forgotten = _memory ?? _forgotten;
        _memory = null;
        _outcomeUnknown = true;
    }

    private async Task RunBatchAsync(List<RoomOp> batch)
    {
        // Whether the memory is no older than the batch.
        var current = _memory is null;
        for (var attempt = 1; ; attempt++)
        {
            var memory = await MemoryAsync();
            await LoadFactsAsync(batch);
            var decidedAt = memory.LastSeq;
            var draft = new RoomDraft(memory, facts.Room, clock.GetUtcNow(), ids.Next, facts.Limits);
            foreach (var op in batch)
            {
                op.Apply(draft);
            }

            if (draft.IsEmpty)
            {
                // Refusals and repetitions write nothing, so no compare-and-set shows that the memory they were decided on holds.
                if (current || await IsCurrentAsync(decidedAt))
                {
                    batch.ForEach(op => op.Complete());
                    return;
                }

                await CatchUpAsync(memory);
                current = true;
                continue;
            }

            var request = draft.ToCommit();
            var outcome = await commit(request);
            switch (outcome.Status)
            {
                case CommitStatus.Committed:
                    draft.Accept();
                    metrics.Committed(request.Entries.Count);
                    batch.ForEach(op => op.Complete());
                    Publish(request);
                    return;

                case CommitStatus.Duplicate:
                    metrics.Duplicates(outcome.Seen.Count);
                    AnswerSeen(batch, outcome.Seen);
                    if (batch.Count == 0)
                    {
                        return;
                    }

                    break;

                case CommitStatus.DirectExists:
                    batch.ForEach(op => (op as CreateOp)?.AnswerExisting(outcome.ExistingRoom));
                    batch.RemoveAll(op => op is CreateOp);
                    if (batch.Count == 0)
                    {
                        return;
                    }

                    break;

                case CommitStatus.Conflict:
                    metrics.Conflict();
                    if (attempt >= MostAttempts)
                    {
                        _memory = null;
                        Log.KeptLosing(logger, facts.Room.Value, attempt, batch.Count);
                        var busy = new Refusal(
                            ErrorCode.ServerBusy, "The room is written to from too many places at once; try again.", TimeSpan.FromSeconds(1));
                        batch.ForEach(op => op.Refuse(busy));
                        return;
                    }

                    if (attempt >= AttemptsAtOnce)
                    {
                        await Task.Delay(LongestPause * Random.Shared.NextDouble(), clock);
                    }

                    await CatchUpAsync(memory);
                    current = true;
                    break;

                default:
                    throw new InvalidOperationException($"Unknown outcome {outcome.Status}.");
            }
        }
    }

    private async Task<bool> IsCurrentAsync(long lastSeq)
    {
        // Every commit makes the log longer, so the last seq alone tells whether there was one.
        var found = await facts.Directory.ReadPositionsAsync([facts.Room]);
        return (found.Count == 0 ? 0 : found[0].LastSeq) == lastSeq;
    }

    /// <summary>Brings the memory to where the log is: by the events it lacks when they are few, by loading the room afresh otherwise.</summary>
    private async Task CatchUpAsync(RoomMemory stale)
    {
        var from = stale.LastSeq;
        if (from > 0
            && await facts.Reader.ReadEventsAsync(facts.Room, default, from, MostCatchUp) is { } read
            && (stale.LastSeq != from || stale.TryFollow(read.Head, read.Value)))
        {
            return;
        }

        if (ReferenceEquals(_memory, stale))
        {
            _memory = null;
        }
    }

    private Task LoadFactsAsync(List<RoomOp> batch)
    {
        List<Task>? loads = null;
        foreach (var op in batch)
        {
            if (op.NeedsFacts)
            {
                (loads ??= []).Add(op.LoadFactsAsync(facts));
            }
        }

        return loads is null ? Task.CompletedTask : Task.WhenAll(loads);
    }

    private static void AnswerSeen(List<RoomOp> batch, IReadOnlyList<ClientIdRecord> seen)
    {
        var answered = batch.RemoveAll(op =>
        {
            if (op is not SendOp send || seen.FirstOrDefault(s => s.Sender == send.Caller && s.ClientId == send.ClientId) is not { } record)
            {
                return false;
            }

            send.AnswerSeen(record);
            return true;
        });
        if (answered == 0)
        {
            throw new InvalidOperationException("The store reported duplicate clientIds that the batch does not hold.");
        }
    }

    private void Publish(RoomCommit done)
    {
        var events = new RoomEvent[done.Entries.Count];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = done.Entries[i].Event;
        }

        backplane.Publish(facts.Room, new EventsCommitted(events));
        foreach (var roomEvent in events)
        {
            if (roomEvent is { Kind: EventKind.Member, Change: MemberChange.Joined or MemberChange.Left or MemberChange.Removed or MemberChange.Banned })
            {
                backplane.Publish(
                    roomEvent.UserId!.Value, new RoomsChanged(new RoomsChange(facts.Room, roomEvent.Change.Value, roomEvent.Seq)));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Room {Room}: the store did not answer; {Calls} calls refused as retryable")]
        public static partial void StoreUnavailable(ILogger logger, long room, int calls, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Room {Room}: {Attempts} commits in a row came too late; {Calls} calls refused as retryable")]
        public static partial void KeptLosing(ILogger logger, long room, int attempts, int calls);

        [LoggerMessage(2, LogLevel.Error, "Room {Room}: a commit failed; {Calls} calls failed with it")]
        public static partial void BatchFailed(ILogger logger, long room, int calls, Exception exception);
    }
}
