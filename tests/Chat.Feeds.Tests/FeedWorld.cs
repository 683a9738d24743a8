using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Feeds;
using Chat.Gateway.Hub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Feeds.Tests;

/// <summary>One room's log as a list, the feed over it, and connections that write down what they are given.</summary>
internal sealed class FeedWorld : IDisposable
{
    public static readonly RoomId Room = new(77);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<FakeConnection> _connections = [];

    public FeedWorld(IReadOnlyList<RoomEvent> log, FeedOptions? options = null, long position = 0, int committed = int.MaxValue)
    {
        Reader = new LogReader(log) { Committed = committed };
        Protocol = new ChatHubProtocol(Options.Create(new ChatLimits()));
        Context = new FeedContext(
            Reader,
            Protocol,
            options ?? new FeedOptions { GapGrace = TimeSpan.Zero },
            new FeedMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            TimeProvider.System,
            NullLogger.Instance,
            user => [.. _connections.Where(c => c.User == user && !c.Closed)]);
        Feed = new RoomFeed(Room, position, Context);
    }

    public ChatHubProtocol Protocol { get; }

    public FeedContext Context { get; }

    public LogReader Reader { get; }

    public RoomFeed Feed { get; }

    public FakeConnection Connect(UserId user, int capacity = int.MaxValue)
    {
        var connection = new FakeConnection(user, Protocol, capacity);
        _connections.Add(connection);
        return connection;
    }

    public static RoomEvent MessageEvent(long seq, UserId by) => new()
    {
        Seq = seq,
        Kind = EventKind.Message,
        At = DateTimeOffset.UnixEpoch,
        By = by,
        Message = new Message { Id = new MessageId(seq), Seq = seq, By = by, At = DateTimeOffset.UnixEpoch, Text = $"t{seq}", ClientId = $"c{seq}" },
    };

    public static RoomEvent MemberEvent(long seq, UserId user, MemberChange change) => new()
    {
        Seq = seq,
        Kind = EventKind.Member,
        At = DateTimeOffset.UnixEpoch,
        By = user,
        UserId = user,
        Change = change,
        Role = MemberRole.Member,
    };

    public void Dispose() => _services.Dispose();
}

/// <summary>A reader over a list. <see cref="Failures"/> reads fail before one succeeds.</summary>
internal sealed class LogReader(IReadOnlyList<RoomEvent> log) : IRoomReader
{
    private int _failures;

    public int Committed { get; set; }

    /// <summary>Events up to this seq are gone, as retention leaves a log.</summary>
    public long Dropped { get; set; }

    /// <summary>Users who are no members any more.</summary>
    public HashSet<UserId> Gone { get; } = [];

    /// <summary>Users of whom the next read fails.</summary>
    public HashSet<UserId> FailOnceOf { get; } = [];

    public int Reads { get; private set; }

    public int Failures
    {
        get => _failures;
        set => _failures = value;
    }

    public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default)
    {
        Reads++;
        if (FailOnceOf.Remove(reader) || Interlocked.Decrement(ref _failures) >= 0)
        {
            throw new StoreUnavailableException("The store is away.");
        }

        var last = Math.Min(Committed, log.Count);
        var head = new RoomHead
        {
            Id = room,
            Kind = RoomKind.Public,
            Version = 1,
            LastSeq = last,
            LastAt = DateTimeOffset.UnixEpoch,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = new UserId(1),
        };
        return Task.FromResult<RoomRead<IReadOnlyList<RoomEvent>>?>(
            new RoomRead<IReadOnlyList<RoomEvent>>(head, Gone.Contains(reader) ? null : Member(reader), [.. log.Take(last).Where(e => e.Seq > after && e.Seq > Dropped).Take(limit)]));
    }

    private static MemberState Member(UserId user) => new() { UserId = user, Role = MemberRole.Member, JoinedSeq = 1 };

    public Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("Feeds read events only.");

    public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("Feeds read events only.");

    public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("Feeds read events only.");

    public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("Feeds read events only.");
}

/// <summary>A connection that takes <c>capacity</c> frames and then no more until it is emptied, and writes down what it got.</summary>
internal sealed class FakeConnection(UserId user, ChatHubProtocol protocol, int capacity) : IFeedConnection
{
    private readonly Lock _gate = new();
    private readonly List<long> _seqs = [];
    private readonly List<long> _lagging = [];
    private readonly List<(long Seq, TaskCompletionSource Reached)> _waiters = [];
    private readonly TaskCompletionSource _lagged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _room = capacity;

    public UserId User { get; } = user;

    public bool Closed { get; private set; }

    /// <summary>Runs once, when the next frame comes, before it is taken: in the middle of a delivery.</summary>
    public Action? OnNextFrame { get; set; }

    public int Frames { get; private set; }

    public int Ephemeral { get; private set; }

    public IReadOnlyList<long> Seqs
    {
        get
        {
            lock (_gate)
            {
                return [.. _seqs];
            }
        }
    }

    public IReadOnlyList<long> Lagging
    {
        get
        {
            lock (_gate)
            {
                return [.. _lagging];
            }
        }
    }

    public long LastSeq
    {
        get
        {
            lock (_gate)
            {
                return _seqs.Count == 0 ? 0 : _seqs[^1];
            }
        }
    }

    public int LagCount
    {
        get
        {
            lock (_gate)
            {
                return _lagging.Count;
            }
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            Closed = true;
        }
    }

    /// <summary>Takes <paramref name="frames"/> more.</summary>
    public void MakeRoom(int frames)
    {
        lock (_gate)
        {
            _room = frames;
        }
    }

    /// <summary>Waits until an event with at least this seq, or a lagging notice, has come.</summary>
    public Task ReachedAsync(long seq, string missing)
    {
        lock (_gate)
        {
            if (_seqs.Count > 0 && _seqs[^1] >= seq)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((seq, reached));
            return WaitAsync(reached.Task, missing);
        }
    }

    /// <summary>Waits until a lagging notice has come.</summary>
    public Task LaggedAsync(string missing) => WaitAsync(_lagged.Task, missing);

    public bool TryEnter(RoomId room)
    {
        lock (_gate)
        {
            return !Closed;
        }
    }

    public bool TrySend(Frame frame)
    {
        var onNext = OnNextFrame;
        OnNextFrame = null;
        onNext?.Invoke();
        lock (_gate)
        {
            if (Closed)
            {
                return true;
            }

            if (_room == 0)
            {
                return false;
            }

            _room--;
            Take(frame);
            return true;
        }
    }

    public void Send(Frame frame)
    {
        lock (_gate)
        {
            if (!Closed)
            {
                Take(frame);
            }
        }
    }

    public void SendIfIdle(Frame frame)
    {
        lock (_gate)
        {
            Ephemeral++;
        }
    }

    private async Task WaitAsync(Task reached, string missing)
    {
        try
        {
            await reached.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException ex)
        {
            throw new TimeoutException($"{missing}; got {string.Join(',', Seqs)}; lagging {string.Join(',', Lagging)}", ex);
        }
    }

    private void Take(Frame frame)
    {
        Frames++;
        var bytes = frame.Message.GetSerializedMessage(protocol);
        var text = System.Text.Encoding.UTF8.GetString(bytes.Span[..^1]); // without the record separator
        using var json = JsonDocument.Parse(text);
        var arguments = json.RootElement.GetProperty("arguments");
        if (json.RootElement.GetProperty("target").GetString() is "events")
        {
            foreach (var e in arguments[1].EnumerateArray())
            {
                _seqs.Add(e.GetProperty("seq").GetInt64());
            }
        }
        else
        {
            _lagging.Add(arguments[1].GetInt64());
            _lagged.TrySetResult();
        }

        foreach (var (seq, reached) in _waiters)
        {
            if (_seqs.Count > 0 && _seqs[^1] >= seq)
            {
                reached.TrySetResult();
            }
        }
    }
}
