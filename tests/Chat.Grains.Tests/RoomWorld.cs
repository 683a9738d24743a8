using System.Diagnostics.Metrics;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Grains.Tests;

/// <summary>A store, users, and activations of one room over it: as many as a test wants, each with turns of its own.</summary>
internal sealed class RoomWorld : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private long _id = 1000;

    public InMemoryStore Store { get; } = new();

    public RecordingBackplane Backplane { get; } = new();

    public ChatLimits Limits { get; } = new();

    public RoomId Room { get; } = new(77);

    public UserId Ann { get; } = new(1);

    public UserId Bob { get; } = new(2);

    public UserId Cid { get; } = new(3);

    /// <summary>A world with Ann, Bob and Cid, and a public room of Ann's that Bob is in.</summary>
    public static async Task<RoomWorld> CreateAsync()
    {
        var world = new RoomWorld();
        foreach (var (user, name) in new[] { (world.Ann, "ann"), (world.Bob, "bob"), (world.Cid, "cid") })
        {
            await world.Store.CreateAsync(new UserRecord
            {
                Id = user, Username = name, DisplayName = name, PasswordHash = "x", CreatedAt = DateTimeOffset.UnixEpoch,
            });
        }

        var room = world.Activate();
        (await room.RunAsync(() => new CreateOp(world.Ann, new CreateRoomRequest(RoomKind.Public, "room", MemberIds: [world.Bob])))).IsOk.ShouldBeTrue();
        world.Backplane.Clear();
        return world;
    }

    /// <summary>Another activation of the room, which knows nothing of the others.</summary>
    public RoomActivation Activate(RoomId? room = null, Func<RoomCommit, Task<CommitOutcome>>? commit = null)
    {
        var facts = new RoomFacts(room ?? Room, Store, Store, Store, new MentionNames(Store), Limits);
        var metrics = new RoomMetrics(_services.GetRequiredService<IMeterFactory>());
        return new RoomActivation(new RoomWriter(
            facts, Store, Backplane, new Ids(this), TimeProvider.System, metrics, NullLogger.Instance,
            commit ?? (async made => (await Store.CommitAsync([made]))[0])));
    }

    public SendOp Message(UserId by, string clientId, string text = "hi", long? replyTo = null) =>
        new(by, new SendRequest(clientId, text, replyTo), Limits);

    public async Task<IReadOnlyList<RoomEvent>> LogAsync() => (await Store.ReadEventsAsync(Room, Ann, 0, 10_000))!.Value;

    public void Dispose() => _services.Dispose();

    private sealed class Ids(RoomWorld world) : IIdSource
    {
        public long Next() => Interlocked.Increment(ref world._id);
    }
}

/// <summary>A room's writer in the turns of a reentrant grain: one at a time, interleaving at awaits.</summary>
internal sealed class RoomActivation(RoomWriter writer)
{
    private readonly TaskFactory _turns = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    public Task<Result<T>> RunAsync<T>(Func<RoomOp<T>> op) => _turns.StartNew(() => writer.RunAsync(op())).Unwrap();

    public Task<RoomMemory> MemoryAsync() => _turns.StartNew(writer.MemoryAsync).Unwrap();

    public Task<RoomMemory> CurrentMemoryAsync() => _turns.StartNew(writer.CurrentMemoryAsync).Unwrap();

    /// <summary>Waits for a turn, and so for the first turn of every call made before.</summary>
    public Task TurnAsync() => _turns.StartNew(() => { });
}

/// <summary>A backplane that writes down what is published.</summary>
internal sealed class RecordingBackplane : IBackplane
{
    private readonly Lock _gate = new();
    private readonly List<RoomNews> _rooms = [];
    private readonly List<(UserId User, UserNews News)> _users = [];

    public bool SpansProcesses => false;

    public IReadOnlyList<RoomNews> Rooms
    {
        get
        {
            lock (_gate)
            {
                return [.. _rooms];
            }
        }
    }

    public IReadOnlyList<(UserId User, UserNews News)> Users
    {
        get
        {
            lock (_gate)
            {
                return [.. _users];
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rooms.Clear();
            _users.Clear();
        }
    }

    public void Publish(RoomId room, RoomNews news)
    {
        lock (_gate)
        {
            _rooms.Add(news);
        }
    }

    public void Publish(UserId user, UserNews news)
    {
        lock (_gate)
        {
            _users.Add((user, news));
        }
    }

    public void Publish(GlobalNews news) => throw new InvalidOperationException("Rooms publish nothing to all.");

    public ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler) => throw new InvalidOperationException("Rooms do not listen.");

    public ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler) => throw new InvalidOperationException("Rooms do not listen.");

    public ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler) => throw new InvalidOperationException("Rooms do not listen.");

    public IDisposable OnOutage(Action<BackplaneOutage> handler) => throw new InvalidOperationException("Rooms do not listen.");
}
