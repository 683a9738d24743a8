using Chat.Contracts;

namespace Chat.Client.Tests;

/// <summary>
/// A server of rooms for one user, without a network: what it commits it answers to syncs, and pushes as badly as the test wants. Thread safe.
/// </summary>
internal sealed class ModelServer(int page = 3) : IEventSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RoomId, ModelRoom> _rooms = [];
    private readonly List<Dictionary<RoomId, long>> _synced = [];
    private ClientEndedException? _end;

    public UserId Me { get; } = new(7);

    public EventReaders Readers { get; } = new();

    /// <summary>How often all readers had caught up.</summary>
    public int CaughtUp { get; private set; }

    /// <summary>Runs when a sync has come, before it is answered.</summary>
    public Action BeforeSync { get; set; } = () => { };

    /// <summary>Runs when the answer to a sync is made, before it arrives.</summary>
    public Action AfterSync { get; set; } = () => { };

    /// <summary>Answers instead of the log, when it answers.</summary>
    public Func<RoomId, long, SyncResult?> Instead { get; set; } = (_, _) => null;

    public int Syncs
    {
        get
        {
            lock (_gate)
            {
                return _synced.Count;
            }
        }
    }

    public int Pauses { get; private set; }

    public long LastSeqOf(RoomId room)
    {
        lock (_gate)
        {
            return _rooms.TryGetValue(room, out var found) ? found.Log.Count : 0;
        }
    }

    /// <summary>The user comes in: a member event, and the hint of it when wanted.</summary>
    public void Join(RoomId room, bool hint = true)
    {
        RoomEvent joined;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var found))
            {
                _rooms.Add(room, found = new());
            }

            if (found.IsMember)
            {
                return;
            }

            joined = found.Add(seq => Member(seq, MemberChange.Joined));
            (found.IsMember, found.ReadSeq) = (true, joined.Seq);
        }

        if (hint)
        {
            Readers.Take(new RoomsPush(new(room, MemberChange.Joined, joined.Seq)));
        }
    }

    /// <summary>The user goes; what is pushed last is the event that says so.</summary>
    public void Leave(RoomId room, bool push = true)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var found) || !found.IsMember)
            {
                return;
            }

            if (push)
            {
                PushUpTo(room, found, found.Log.Count);
            }

            var left = found.Add(seq => Member(seq, MemberChange.Removed));
            if (push)
            {
                PushUpTo(room, found, left.Seq);
            }

            found.IsMember = false;
        }
    }

    public void Commit(RoomId room, int count)
    {
        lock (_gate)
        {
            for (; count > 0; count--)
            {
                _rooms[room].Add(Pin);
            }
        }
    }

    /// <summary>Pushes what was committed and not pushed yet, as it should be.</summary>
    public void Push(RoomId room)
    {
        lock (_gate)
        {
            PushUpTo(room, _rooms[room], _rooms[room].Log.Count);
        }
    }

    /// <summary>Pushes some seqs of the log, in any order, and believes that everything was pushed.</summary>
    public void PushBadly(RoomId room, params IEnumerable<long> seqs)
    {
        lock (_gate)
        {
            var found = _rooms[room];
            if (!found.IsMember)
            {
                return;
            }

            RoomEvent[] events = [.. seqs.Where(s => s >= 1 && s <= found.Log.Count).Select(s => found.Log[(int)s - 1])];
            found.Pushed = found.Log.Count;
            Readers.Take(new EventsPush(room, events));
        }
    }

    public void Lag(RoomId room)
    {
        lock (_gate)
        {
            _rooms[room].Pushed = _rooms[room].Log.Count;
            Readers.Take(new LaggingPush(room, 1));
        }
    }

    /// <summary>A new connection, on which everything from now on is pushed.</summary>
    public void Reconnect()
    {
        lock (_gate)
        {
            foreach (var room in _rooms.Values)
            {
                room.Pushed = room.Log.Count;
            }

            Readers.Attach(() => CaughtUp++);
        }
    }

    public void End()
    {
        _end = new ClientEndedException(ClientEnd.Disposed);
        Readers.Wake();
    }

    public Task<long> LastSeqAsync(RoomId room, CancellationToken cancellationToken) => Task.FromResult(LastSeqOf(room));

    public Task<IReadOnlyList<RoomListItem>> RoomsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<RoomListItem>>([.. _rooms.Where(r => r.Value.IsMember).Select(r => new RoomListItem
            {
                RoomId = r.Key,
                Kind = RoomKind.Private,
                LastSeq = r.Value.Log.Count,
                ReadSeq = r.Value.ReadSeq,
                Unread = 0,
                Mentions = 0,
                Role = MemberRole.Member,
                Notify = NotifyLevel.All,
                MemberCount = 2,
            })]);
        }
    }

    public async Task<List<SyncResult>> SyncAsync(Dictionary<RoomId, long> cursors, CancellationToken cancellationToken)
    {
        await Task.Yield();
        BeforeSync();
        List<SyncResult> answers;
        lock (_gate)
        {
            _synced.Add(cursors);
            if (_synced.Count > 100_000)
            {
                throw new InvalidOperationException("It goes on syncing for ever.");
            }

            answers = [.. cursors.Select(c => Instead(c.Key, c.Value) ?? Answer(c.Key, c.Value))];
        }

        AfterSync();
        await Task.Yield();
        return answers;
    }

    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        Pauses++;
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Backoff NewBackoff() => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), () => 1);

    public void ThrowIfEnded()
    {
        if (_end is { } end)
        {
            throw end;
        }
    }

    private SyncResult Answer(RoomId room, long cursor)
    {
        if (!_rooms.TryGetValue(room, out var found) || !found.IsMember)
        {
            return new(room, 0, [], More: false, Reset: true, "room.not_found");
        }

        if (cursor > found.Log.Count)
        {
            return new(room, found.Log.Count, [], More: false, Reset: true);
        }

        RoomEvent[] events = [.. found.Log.Skip((int)cursor).Take(page)];
        return new(room, found.Log.Count, events, More: cursor + events.Length < found.Log.Count, Reset: false);
    }

    private void PushUpTo(RoomId room, ModelRoom found, long last)
    {
        if (found.IsMember && found.Pushed < last)
        {
            RoomEvent[] events = [.. found.Log.Skip((int)found.Pushed).Take((int)(last - found.Pushed))];
            found.Pushed = last;
            Readers.Take(new EventsPush(room, events));
        }
    }

    private RoomEvent Pin(long seq) =>
        new() { Seq = seq, Kind = EventKind.Pin, At = DateTimeOffset.UnixEpoch, By = new(5), Target = 1, On = true };

    private RoomEvent Member(long seq, MemberChange change) =>
        new() { Seq = seq, Kind = EventKind.Member, At = DateTimeOffset.UnixEpoch, By = Me, UserId = Me, Change = change, Role = MemberRole.Member };

    private sealed class ModelRoom
    {
        public List<RoomEvent> Log { get; } = [];

        public bool IsMember { get; set; }

        public long ReadSeq { get; set; }

        public long Pushed { get; set; }

        public RoomEvent Add(Func<long, RoomEvent> make)
        {
            Log.Add(make(Log.Count + 1));
            return Log[^1];
        }
    }
}
