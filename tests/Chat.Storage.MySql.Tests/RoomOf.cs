using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>A room and its owner, for tests that need one to write to.</summary>
internal sealed class RoomOf(StorePorts ports)
{
    private static long _lastId = Random.Shared.NextInt64(1L << 40, 1L << 41);

    public RoomId Id { get; } = new(NextId());

    public UserId Owner { get; } = new(NextId());

    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    public static long NextId() => Interlocked.Increment(ref _lastId);

    public static async Task<RoomOf> MakeAsync(StorePorts ports, DateTimeOffset? at = null, params UserId[] members)
    {
        var room = new RoomOf(ports);
        var commits = RoomCommits.New(room.Id, room.Owner, at ?? Now);
        foreach (var member in members)
        {
            commits.Join(member);
        }

        (await ports.Rooms.CommitAsync([commits.Build()])).Single().Status.ShouldBe(CommitStatus.Committed);
        return room;
    }

    /// <summary>The next commit.</summary>
    public async Task<RoomCommits> NextAsync(DateTimeOffset? at = null) => new((await ports.Rooms.LoadAsync(Id)).ShouldNotBeNull(), at ?? Now);

    public async Task<CommitOutcome> CommitAsync(RoomCommits commits) => (await ports.Rooms.CommitAsync([commits.Build()])).Single();

    public async Task<CommitOutcome> SayAsync(string text, string? clientId = null, DateTimeOffset? at = null) =>
        await CommitAsync((await NextAsync(at)).Say(Owner, text, clientId));

    public async Task<IReadOnlyList<RoomEvent>> EventsAsync(long after = 0) =>
        (await ports.Reader.ReadEventsAsync(Id, Owner, after, 100_000)).ShouldNotBeNull().Value;

    public async Task<List<string>> TextsAsync() => [.. (await EventsAsync()).Select(e => e.Message?.Text).OfType<string>()];
}
