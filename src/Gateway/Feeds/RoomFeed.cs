// Over 400 lines: ordering and delivery share one lock and its invariants, which a reader has to see together.
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Gateway.Feeds;

/// <summary>
/// A room's way to the connections of this process. Committed events come in from wherever they come, late, twice or in any order; every
/// attached connection gets each event once, in seq order: what was seen is dropped, what is early is held, and a gap that does not close
/// by itself is filled from the store. Membership events in the log detach and attach: who is removed at seq n gets nothing after n.
/// <para>Two halves under one lock: <see cref="Accept(RoomNews)"/> orders the events (never blocks the publisher), and the delivery, of which at
/// most one runs at a time, takes what is ready, serializes it once, and hands it to each connection's queue. Events that become ready
/// while a delivery runs share its next frame, so the cost per event falls as the load grows; nothing is held back to fill a frame.</para>
/// </summary>
internal sealed partial class RoomFeed : IThreadPoolWorkItem
{
    private const int MostEarly = 4096;
    private const int MostChanges = 4096;
    private const int FillPage = 500;

    private readonly FeedContext _context;
    private readonly Lock _gate = new();
    private readonly Dictionary<IFeedConnection, Subscription> _subscriptions = [];
    private readonly SortedDictionary<long, RoomEvent> _early = [];
    private readonly Queue<RoomEvent> _ready = new();
    private readonly Queue<RoomEvent> _recent = new();
    private readonly Dictionary<UserId, MembershipFact> _changes = [];
    private Subscription[]? _snapshot;
    private long _ordered;        // last seq moved to _ready
    private long _taken;          // last seq taken by the delivery
    private long _known;          // highest seq heard of
    private long _changesSince;   // _changes is complete for events after this seq
    private bool _delivering;
    private bool _filling;
    private bool _closed;

    /// <summary>A feed that starts after <paramref name="position"/>. It must hear the backplane already when that position was read.</summary>
    public RoomFeed(RoomId room, long position, FeedContext context)
    {
        Room = room;
        _context = context;
        _ordered = _taken = _known = _changesSince = position;
    }

    public RoomId Room { get; }

    /// <summary>Last seq that was taken for delivery.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>
    /// Attaches a connection whose user was a member when the log stood at <paramref name="asOf"/>. From here on it gets every event after
    /// the feed's position. False when the feed cannot tell whether the membership still stands: read it again and call again.
    /// </summary>
    public bool TryAttach(IFeedConnection connection, long asOf)
    {
        lock (_gate)
        {
            if (_closed || asOf < _changesSince)
            {
                return false;
            }

            if (_changes.TryGetValue(connection.User, out var change) && change.Seq > asOf && !change.IsMember)
            {
                return true;
            }

            Attach(connection, asOf);
            if (asOf > _known)
            {
                _known = asOf;
                FillIfNeeded();
            }

            return true;
        }
    }

    /// <summary>Detaches a connection.</summary>
    public void Detach(IFeedConnection connection)
    {
        lock (_gate)
        {
            if (_subscriptions.Remove(connection))
            {
                _snapshot = null;
            }
        }
    }

    /// <summary>Ends the feed if nobody is attached; a closed feed attaches nobody. True for the one call that ended it.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            if (_closed || _subscriptions.Count > 0)
            {
                return false;
            }

            return _closed = true;
        }
    }

    /// <summary>Takes news of the room. Never blocks, never throws.</summary>
    public void Accept(RoomNews news)
    {
        switch (news)
        {
            case EventsCommitted committed:
                Accept(committed.Events);
                break;
            case LogAdvanced advanced:
                Advance(advanced.LastSeq);
                break;
            case TypingNews typing:
                PassOnTyping(typing.UserId);
                break;
            case ReadNews read:
                // A mark that does not fit is told with the next list; typing is worthless when late.
                PassOn(read.UserId, Frame.Of(_context.Protocol, "read", Room, read.UserId, read.Seq), static (c, f) => c.TrySend(f));
                break;
        }
    }

    /// <summary>The log is known to reach <paramref name="lastSeq"/>: fetches what has not come by then.</summary>
    public void Advance(long lastSeq)
    {
        lock (_gate)
        {
            _known = Math.Max(_known, lastSeq);
            FillIfNeeded();
        }
    }

    /// <summary>
    /// A lagging connection has synced up to <paramref name="lastSeq"/> and wants pushes again. False when the events since then are no
    /// longer at hand, or do not fit its queue: it has to sync once more.
    /// </summary>
    public bool TryResume(IFeedConnection connection, long lastSeq)
    {
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(connection, out var subscription))
            {
                return true;
            }

            lock (subscription)
            {
                if (!subscription.Lagging)
                {
                    return true;
                }

                if (lastSeq < _taken)
                {
                    var missing = _recent.Where(e => e.Seq > lastSeq).ToArray();
                    if (missing.Length != _taken - lastSeq || !subscription.Connection.TrySend(EventsFrame(missing)))
                    {
                        return false;
                    }
                }

                subscription.Lagging = false;
                subscription.SentSeq = Math.Max(_taken, lastSeq);
                return true;
            }
        }
    }

    /// <summary>The delivery. Runs on the thread pool, one at a time.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var batch = new List<RoomEvent>();
        while (true)
        {
            Subscription[] targets;
            lock (_gate)
            {
                batch.Clear();
                while (batch.Count < _context.Options.EventsPerFrame && _ready.TryDequeue(out var next))
                {
                    batch.Add(next);
                    Remember(next);
                }

                if (batch.Count == 0)
                {
                    _delivering = false;
                    return;
                }

                _taken = batch[^1].Seq;
                targets = _snapshot ??= [.. _subscriptions.Values];
            }

            try
            {
                Deliver(batch, targets);
            }
            catch (Exception ex)
            {
                // Connections miss a batch: let them find out by themselves rather than not at all.
                Log.DeliveryFailed(_context.Logger, Room.Value, batch[0].Seq, _taken, ex);
                LagAll(targets, batch[0].Seq - 1);
            }
        }
    }

    private void Deliver(List<RoomEvent> batch, Subscription[] targets)
    {
        var start = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Kind is not EventKind.Member)
            {
                continue;
            }

            var (user, isMember) = (batch[i].UserId!.Value, IsMemberAfter(batch[i]));
            if (isMember is true)
            {
                Send(batch, start, i, targets);
                start = i;
                targets = AttachLocal(user, batch[i].Seq, targets);
            }
            else if (isMember is false)
            {
                Send(batch, start, i + 1, targets);
                start = i + 1;
                targets = DetachUser(user, batch[i].Seq, targets);
            }
        }

        Send(batch, start, batch.Count, targets);
    }

    private void Send(List<RoomEvent> batch, int start, int end, Subscription[] targets)
    {
        if (start == end || targets.Length == 0)
        {
            return;
        }

        var events = batch.GetRange(start, end - start);
        var (first, last) = (events[0].Seq, events[^1].Seq);
        var frame = EventsFrame(events);
        _context.Metrics.Delivered(events.Count, targets.Length);
        foreach (var subscription in targets)
        {
            lock (subscription)
            {
                if (subscription.Lagging || subscription.SentSeq >= last)
                {
                    continue;
                }

                if (subscription.Connection.TrySend(frame))
                {
                    subscription.SentSeq = last;
                }
                else
                {
                    Lag(subscription, first - 1);
                }
            }
        }
    }

    private void Lag(Subscription subscription, long after)
    {
        subscription.Lagging = true;
        _context.Metrics.Lagged();
        subscription.Connection.Send(Frame.Of(_context.Protocol, "lagging", Room, Math.Min(after, subscription.SentSeq)));
    }

    private void LagAll(Subscription[] targets, long after)
    {
        foreach (var subscription in targets)
        {
            lock (subscription)
            {
                if (!subscription.Lagging)
                {
                    Lag(subscription, after);
                }
            }
        }
    }

    // Null for member events that leave membership as it is (role, mute).
    private static bool? IsMemberAfter(RoomEvent member) => member.Change switch
    {
        MemberChange.Joined => true,
        MemberChange.Left or MemberChange.Removed or MemberChange.Banned => false,
        _ => null,
    };

    private Subscription[] AttachLocal(UserId user, long seq, Subscription[] targets)
    {
        List<Subscription>? more = null;
        lock (_gate)
        {
            foreach (var connection in _context.ConnectionsOf(user))
            {
                if (Attach(connection, seq) is { } subscription)
                {
                    lock (subscription)
                    {
                        subscription.SentSeq = seq - 1;
                    }

                    (more ??= []).Add(subscription);
                }
            }
        }

        return more is null ? targets : [.. targets, .. more];
    }

    private Subscription[] DetachUser(UserId user, long seq, Subscription[] targets)
    {
        lock (_gate)
        {
            foreach (var (connection, subscription) in _subscriptions)
            {
                if (subscription.User == user && subscription.MemberAsOf < seq)
                {
                    _subscriptions.Remove(connection);
                    _snapshot = null;
                }
            }
        }

        return Array.FindAll(targets, s => s.User != user || s.MemberAsOf >= seq);
    }

    // Null when the connection was attached already, or is closed.
    private Subscription? Attach(IFeedConnection connection, long asOf)
    {
        if (_subscriptions.TryGetValue(connection, out var attached))
        {
            attached.MemberAsOf = Math.Max(attached.MemberAsOf, asOf);
            return null;
        }

        if (!connection.TryEnter(Room))
        {
            return null;
        }

        var subscription = new Subscription(connection, _taken, asOf);
        _subscriptions.Add(connection, subscription);
        _snapshot = null;
        return subscription;
    }

    private void Remember(RoomEvent next)
    {
        _recent.Enqueue(next);
        while (_recent.Count > _context.Options.RecentEvents)
        {
            _recent.Dequeue();
        }

        if (next.Kind is EventKind.Member && IsMemberAfter(next) is { } isMember)
        {
            if (_changes.Count >= MostChanges)
            {
                _changes.Clear();
                _changesSince = next.Seq;
            }

            _changes[next.UserId!.Value] = new MembershipFact(next.Seq, isMember);
        }
    }

    private void Accept(IReadOnlyList<RoomEvent> events)
    {
        lock (_gate)
        {
            for (var i = 0; i < events.Count; i++)
            {
                var next = events[i];
                if (next.Seq == _ordered + 1)
                {
                    Order(next);
                }
                else if (next.Seq > _ordered)
                {
                    Hold(next);
                }
            }

            while (_early.Count > 0 && _early.First() is var (seq, held) && seq <= _ordered + 1)
            {
                _early.Remove(seq);
                if (seq == _ordered + 1)
                {
                    Order(held);
                }
            }

            FillIfNeeded();
            if (_ready.Count > 0 && !_delivering)
            {
                _delivering = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
    }

    private void Order(RoomEvent next)
    {
        _ready.Enqueue(next);
        _ordered = next.Seq;
        _known = Math.Max(_known, next.Seq);
    }

    private void Hold(RoomEvent next)
    {
        _known = Math.Max(_known, next.Seq);
        if (_early.Count < MostEarly)
        {
            _early.TryAdd(next.Seq, next);
        }
    }

    private void FillIfNeeded()
    {
        if (_known > _ordered && !_filling && !_closed)
        {
            _filling = true;
            _ = FillAsync();
        }
    }

    private async Task FillAsync()
    {
        var pause = _context.Options.GapGrace;
        while (true)
        {
            await Task.Delay(pause, _context.Clock);
            long after;
            lock (_gate)
            {
                if (_known <= _ordered || _closed)
                {
                    _filling = false;
                    return;
                }

                after = _ordered;
            }

            try
            {
                var read = await _context.Reader.ReadEventsAsync(Room, default, after, FillPage);
                _context.Metrics.Filled();
                if (read is null || (read.Value.Count == 0 && read.Head.LastSeq <= after))
                {
                    // Heard of events that the store does not have: only ever a publisher's mistake. Forget them.
                    Log.HeardOfNothing(_context.Logger, Room.Value, after);
                    lock (_gate)
                    {
                        _known = _ordered;
                        _early.Clear();
                        _filling = false;
                    }

                    return;
                }

                if (read.Value.Count == 0 || read.Value[0].Seq > after + 1)
                {
                    await SkipDroppedAsync(after, read.Value.Count == 0 ? read.Head.LastSeq : read.Value[0].Seq - 1);
                }

                Accept(read.Value);
                pause = TimeSpan.Zero;
            }
            catch (StoreUnavailableException ex)
            {
                Log.FillFailed(_context.Logger, Room.Value, after, ex);
                pause = TimeSpan.FromSeconds(1);
            }
            catch (Exception ex)
            {
                Log.FillFailed(_context.Logger, Room.Value, after, ex);
                pause = TimeSpan.FromSeconds(5);
            }
        }
    }

    /// <summary>
    /// Retention dropped events that were not delivered here: goes on behind them, lets the connections find out by a Sync, and detaches those
    /// whose users were removed in what is not there any more. Who they are is read first: while it cannot be, nothing goes on.
    /// </summary>
    private async Task SkipDroppedAsync(long after, long to)
    {
        var members = new Dictionary<UserId, bool>();
        while (TrySkip(after, to, members) is { Count: > 0 } unknown)
        {
            foreach (var user in unknown)
            {
                // The facts alone are wanted.
                var facts = await _context.Reader.ReadEventsAsync(Room, user, long.MaxValue, 1);
                members[user] = facts?.Reader is { Banned: false };
            }
        }
    }

    /// <summary>
    /// Goes on behind what was dropped, if the feed still stands before it. Answers those of whom <paramref name="members"/> does not say whether
    /// they are any; while there are such, it did nothing.
    /// </summary>
    private List<UserId> TrySkip(long after, long to, Dictionary<UserId, bool> members)
    {
        lock (_gate)
        {
            if (_ordered != after)
            {
                return [];
            }

            var targets = _snapshot ??= [.. _subscriptions.Values];
            List<UserId> unknown = [.. targets.Select(s => s.User).Distinct().Where(user => !members.ContainsKey(user))];
            if (unknown.Count > 0)
            {
                return unknown;
            }

            _ordered = to;
            _known = Math.Max(_known, to);
            _changes.Clear();
            _changesSince = to;
            foreach (var (user, _) in members.Where(member => !member.Value))
            {
                targets = DetachUser(user, long.MaxValue, targets);
            }

            LagAll(targets, after);
            return [];
        }
    }

    private void PassOnTyping(UserId user)
    {
        lock (_gate)
        {
            if (_subscriptions.Values.DistinctBy(s => s.User).Take(_context.Options.TypingUsers + 1).Count() > _context.Options.TypingUsers)
            {
                return;
            }
        }

        PassOn(user, Frame.Of(_context.Protocol, "typing", Room, user), static (c, f) => c.SendIfIdle(f));
    }

    private void PassOn(UserId from, Frame frame, Action<IFeedConnection, Frame> send)
    {
        Subscription[] targets;
        lock (_gate)
        {
            targets = _snapshot ??= [.. _subscriptions.Values];
        }

        foreach (var subscription in targets)
        {
            if (subscription.User != from)
            {
                send(subscription.Connection, frame);
            }
        }
    }

    private Frame EventsFrame(IReadOnlyList<RoomEvent> events) => Frame.Of(_context.Protocol, "events", Room, events);

    private readonly record struct MembershipFact(long Seq, bool IsMember);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Room {Room}: events {First} to {Last} could not be delivered; its connections have to sync")]
        public static partial void DeliveryFailed(ILogger logger, long room, long first, long last, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Room {Room}: the events after {After} could not be read yet; trying again")]
        public static partial void FillFailed(ILogger logger, long room, long after, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "Room {Room}: news told of events after {After} that the store does not have; dropped")]
        public static partial void HeardOfNothing(ILogger logger, long room, long after);
    }
}

/// <summary>What all feeds of a process share.</summary>
internal sealed record FeedContext(
    IRoomReader Reader,
    IHubProtocol Protocol,
    FeedOptions Options,
    FeedMetrics Metrics,
    TimeProvider Clock,
    ILogger Logger,
    Func<UserId, IReadOnlyList<IFeedConnection>> ConnectionsOf);
