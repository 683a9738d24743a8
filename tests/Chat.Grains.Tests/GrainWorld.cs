using Chat.Abstractions;
using Chat.Contracts;
using Chat.Grains.Local;
using Chat.State.Local;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Chat.Grains.Tests;

/// <summary>The grains on the local host over the in-memory store, with three users.</summary>
internal sealed class GrainWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private long _id = 1000;

    private GrainWorld()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics();
        Store = services.AddInMemoryStorage();
        services.AddSingleton<IBackplane>(Backplane);
        services.AddSingleton<IIdSource>(new Ids(this));
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IRecentMessages, LocalRecentMessages>();
        services.AddRecentRoomReader();
        services.AddSingleton<RoomMetrics>();
        services.AddSingleton<MentionNames>();
        services.AddOptions<ChatLimits>();
        services.AddLocalGrains(options => options.AddGrainAssembly(typeof(RoomGrain).Assembly));
        _services = services.BuildServiceProvider();
    }

    public ManualTimeProvider Clock { get; } = new();

    public InMemoryStore Store { get; }

    public RecordingBackplane Backplane { get; } = new();

    public UserId Ann { get; } = new(1);

    public UserId Bob { get; } = new(2);

    public UserId Cid { get; } = new(3);

    public static async Task<GrainWorld> StartAsync()
    {
        var world = new GrainWorld();
        foreach (var service in world._services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        foreach (var (user, name) in new[] { (world.Ann, "ann"), (world.Bob, "bob"), (world.Cid, "cid") })
        {
            await world.Store.CreateAsync(new UserRecord
            {
                Id = user, Username = name, DisplayName = name, PasswordHash = "x", CreatedAt = DateTimeOffset.UnixEpoch,
            });
        }

        return world;
    }

    public async Task<RoomId> CreateRoomAsync(RoomKind kind, params UserId[] members)
    {
        var id = new RoomId(Interlocked.Increment(ref _id));
        var request = new CreateRoomRequest(kind, kind is RoomKind.Direct ? null : "room", MemberIds: members);
        return (await Grain<IRoomSettingsGrain>(id).Create(Ann, request)).Value!.Room.RoomId;
    }

    public T Grain<T>(RoomId room)
        where T : IGrainWithStringKey =>
        _services.GetRequiredService<IGrainFactory>().GetGrain<T>(room.ToString());

    public IUserGrain User(UserId user) => _services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(user.ToString());

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    private sealed class Ids(GrainWorld world) : IIdSource
    {
        public long Next() => Interlocked.Increment(ref world._id);
    }
}
