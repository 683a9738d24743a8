using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>The ports of one open store.</summary>
public sealed record StorePorts(
    IRoomStore Rooms,
    IRoomReader Reader,
    IRoomDirectory Directory,
    IUserStore Users,
    ISessionStore Sessions,
    IOutbox Outbox,
    INodeLeases Leases)
{
    public static StorePorts Of(InMemoryStore store) => new(store, store, store, store, store, store, store);
}

/// <summary>
/// Base of the suites that every store passes. Ids start at a random number, so that a store may be shared by the tests of a suite; only the
/// suites of outbox and node leases ask for a store of their own.
/// </summary>
public abstract class StoreSpecification : IAsyncLifetime
{
    private static readonly IIdSource Ids = new Numbers();
    private static long _lastId = Random.Shared.NextInt64(1L << 40, 1L << 41);

    /// <summary>The store under test.</summary>
    protected StorePorts Store { get; private set; } = null!;

    /// <summary>A random instant, in whole milliseconds.</summary>
    protected static DateTimeOffset Start { get; } =
        DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000 + Random.Shared.NextInt64(1_000_000_000_000));

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<StorePorts> OpenAsync();

    /// <summary>Closes it and takes away what it left.</summary>
    protected abstract Task CloseAsync();

    public async Task InitializeAsync() => Store = await OpenAsync();

    public Task DisposeAsync() => CloseAsync();

    /// <summary>A number that no other call returned, above all earlier ones.</summary>
    protected static long NextId() => Interlocked.Increment(ref _lastId);

    protected static RoomId NewRoom() => new(NextId());

    protected static UserId NewUser() => new(NextId());

    /// <summary>The id of a new direct room, on its key's shard.</summary>
    protected static RoomId NewRoom(string directKey) => Ids.NextDirectRoom(directKey);

    /// <summary>The id of a new user, on the name's shard.</summary>
    protected static UserId NewUser(string username) => Ids.NextUser(username);

    /// <summary>The id of a new session, on the user's shard.</summary>
    protected static SessionId NewSession(UserId user) => Ids.NextSession(user);

    /// <summary>Commits one room and expects that it is written.</summary>
    protected async Task CommitAsync(RoomCommits commits) =>
        (await TryCommitAsync(commits)).Status.ShouldBe(CommitStatus.Committed);

    protected async Task<CommitOutcome> TryCommitAsync(RoomCommits commits) =>
        (await Store.Rooms.CommitAsync([commits.Build()])).ShouldHaveSingleItem();

    /// <summary>The next commit of a room as it is in the store now.</summary>
    protected async Task<RoomCommits> NextAsync(RoomId room, TimeSpan? later = null) =>
        new((await Store.Rooms.LoadAsync(room)).ShouldNotBeNull(), Start + (later ?? TimeSpan.Zero));

    protected async Task<IReadOnlyList<Message>> MessagesAsync(RoomId room, UserId reader, MessageQuery? query = null) =>
        (await Store.Reader.ReadMessagesAsync(room, reader, query ?? new MessageQuery { After = 0, Limit = 200 })).ShouldNotBeNull().Value;

    protected async Task<IReadOnlyList<RoomEvent>> EventsAsync(RoomId room, UserId reader) =>
        (await Store.Reader.ReadEventsAsync(room, reader, 0, 1000)).ShouldNotBeNull().Value;

    protected async Task<MemberRoom> ListedAsync(RoomId room, UserId user) =>
        (await Store.Directory.ListRoomsAsync(user, new RoomId(0), 100)).Single(r => r.Head.Id == room);

    /// <summary>Expects equal values, compared as what they look like on the wire.</summary>
    protected static void ShouldLookLike<T>(T actual, T expected) => Wire(actual).ShouldBe(Wire(expected));

    /// <summary>What a value looks like.</summary>
    public static string Wire<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, WireOptions);

    private static readonly System.Text.Json.JsonSerializerOptions WireOptions = CreateWireOptions();

    private static System.Text.Json.JsonSerializerOptions CreateWireOptions()
    {
        var options = new System.Text.Json.JsonSerializerOptions
        {
            TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        };
        ChatJson.Configure(options);
        return options;
    }

    private sealed class Numbers : IIdSource
    {
        public long Next() => NextId();
    }
}
