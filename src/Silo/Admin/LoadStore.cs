using Chat.Abstractions;
using Chat.Contracts;
using Chat.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Silo.Admin;

/// <summary>A room that is to be loaded, and who sends there.</summary>
internal sealed record Target(RoomId Room, IReadOnlyList<UserId> Senders);

/// <summary>The store's ports, for making users and rooms, and ids with a node number of this process' own.</summary>
internal sealed class LoadStore : IAsyncDisposable
{
    private const int UsersAtOnce = 16;
    private const int EventsAtOnce = 500;
    private const long NodeMask = (1 << IdSource.NodeBits) - 1;

    // Servers use the upper half of an id's counter only for what comes after the first 2,048 of one millisecond.
    private const int UpperHalf = 1 << (IdSource.CounterBits - 1);

    private readonly ServiceProvider _services;
    private readonly IIdSource _ids;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private readonly long _node;

    private LoadStore(ServiceProvider services, IIdSource ids, AdminRun run)
    {
        _services = services;
        _ids = ids;
        _clock = run.Clock;
        _stop = run.Stop;
        _node = (ids.Next() >> IdSource.CounterBits) & NodeMask;
    }

    /// <summary>Opens the store as a server does, but without waiting for servers that do not answer yet.</summary>
    public static async Task<LoadStore> OpenAsync(AdminRun run)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(run.Configuration).AddSingleton(run.Clock).AddLogging()
            .AddSettings<IdOptions>(run.Configuration, IdOptions.Section, options => options.Problems())
            .AddMySqlStorage(options => options.StartTimeout = TimeSpan.Zero)
            .AddIdSource();
        var services = collection.BuildServiceProvider();
        try
        {
            // Opening blocks.
            var ids = await Task.Run(services.GetRequiredService<IdSource>, run.Stop).WaitAsync(run.Stop);
            await ids.StartAsync(run.Stop);
            return new LoadStore(services, ids, run);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the ids of a room's messages have below their time: other rooms of this load have others, and other processes other nodes.</summary>
    public long IdSuffix(int room) => (_node << IdSource.CounterBits) | (long)(UpperHalf + (room % UpperHalf));

    /// <summary>Members of a room, at most so many.</summary>
    public async Task<IReadOnlyList<UserId>> MembersAsync(RoomId room, int most)
    {
        var read = await _services.GetRequiredService<IRoomReader>().ReadMembersAsync(room, new UserId(0), new UserId(0), most, _stop)
            ?? throw new AdminException(AdminExit.NotFound, $"there is no room {room}");
        return read.Value.Count > 0
            ? [.. read.Value.Select(member => member.Member.UserId)]
            : throw new AdminException(AdminExit.Refused, $"room {room} has no members who could send");
    }

    /// <summary>Makes users, and rooms of theirs that were made at a time of the past.</summary>
    public async Task<IReadOnlyList<Target>> MakeRoomsAsync(int rooms, int users, string? ownerName, DateTimeOffset at)
    {
        var store = _services.GetRequiredService<IUserStore>();
        UserId? owner = null;
        if (ownerName is not null)
        {
            owner = (await store.FindByNameAsync([ownerName], _stop)) is [var known]
                ? known.Id
                : throw new AdminException(AdminExit.NotFound, $"there is no user {ownerName}");
        }

        var run = _ids.Next();
        var made = new List<UserId>(users);
        foreach (var some in Enumerable.Range(1, users).Chunk(UsersAtOnce))
        {
            made.AddRange(await Task.WhenAll(some.Select(number => MakeUserAsync(store, $"load-{run}-{number}", number))));
        }

        var targets = new List<Target>(rooms);
        foreach (var some in Enumerable.Range(1, rooms).Chunk(Math.Max(1, EventsAtOnce / (users + 2))))
        {
            var commits = some.Select(number => NewRoom.Commit(new RoomId(_ids.Next()), $"Load {number}", owner ?? made[0], made, at)).ToList();
            await _services.GetRequiredService<IRoomStore>().CommitAsync(commits, _stop);
            targets.AddRange(commits.Select(commit => new Target(commit.Head.Id, made)));
        }

        return targets;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<IdSource>().StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    private async Task<UserId> MakeUserAsync(IUserStore store, string name, int number)
    {
        var user = new UserRecord
        {
            Id = _ids.NextUser(name),
            Username = name,
            DisplayName = $"Load {number}",
            // Fits no password: nobody signs in as them.
            PasswordHash = "",
            CreatedAt = _clock.GetUtcNow(),
        };
        return await store.CreateAsync(user, _stop) ? user.Id : throw new AdminException(AdminExit.Refused, $"there is a user {name} already");
    }
}

/// <summary>The first commit of a room, as its grain would make it.</summary>
internal static class NewRoom
{
    /// <summary>A public room with its owner and members.</summary>
    public static RoomCommit Commit(RoomId room, string name, UserId owner, IEnumerable<UserId> members, DateTimeOffset at)
    {
        var events = new List<RoomEvent> { new() { Seq = 1, Kind = EventKind.Room, At = at, By = owner, Name = name, Archived = false } };
        foreach (var member in members.Prepend(owner).Distinct())
        {
            events.Add(new RoomEvent
            {
                Seq = events.Count + 1,
                Kind = EventKind.Member,
                At = at,
                By = owner,
                UserId = member,
                Change = MemberChange.Joined,
                Role = member == owner ? MemberRole.Owner : MemberRole.Member,
            });
        }

        return new RoomCommit
        {
            Head = new RoomHead
            {
                Id = room,
                Kind = RoomKind.Public,
                Name = name,
                Version = 1,
                LastSeq = events.Count,
                MemberCount = events.Count - 1,
                LastAt = at,
                CreatedAt = at,
                CreatedBy = owner,
            },
            ExpectedVersion = 0,
            ExpectedLastSeq = 0,
            Entries = [.. events.Select(roomEvent => new CommitEntry { Event = roomEvent })],
        };
    }
}
