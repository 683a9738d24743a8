using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>
/// A test with three gateways, its own unless it is given others'. The last lines of all their logs are in the output of a test that fails.
/// </summary>
public abstract class ClusterTest(ITestOutputHelper output, SharedCluster? shared = null) : IAsyncLifetime
{
    private static int s_users;

    private readonly List<HttpClient> _http = [];

    private protected ChatCluster Cluster { get; private set; } = null!;

    /// <summary>REST without a token, at each gateway.</summary>
    private protected IReadOnlyList<ChatApi> Apis { get; private set; } = [];

    public virtual async Task InitializeAsync()
    {
        Cluster = shared?.Cluster ?? await StartAsync(SharedCluster.Gateways);
        Apis = [.. Cluster.Gateways.Select(gateway =>
        {
            var http = new HttpClient { BaseAddress = gateway.Address, Timeout = Wait.Limit };
            _http.Add(http);
            return new ChatApi(http);
        })];
    }

    public virtual async Task DisposeAsync()
    {
        output.WriteLine(Cluster.Tail());
        _http.ForEach(http => http.Dispose());
        if (shared is null)
        {
            await Cluster.DisposeAsync();
        }
    }

    private protected virtual Task<ChatCluster> StartAsync(int count) => ChatCluster.StartAsync(count);

    private protected void Say(string line) => output.WriteLine(line);

    /// <summary>Signs up a user at a gateway, where they stay until they move.</summary>
    private protected async Task<TestUser> NewUserAsync(string name, int gateway)
    {
        var username = $"{name}-{Interlocked.Increment(ref s_users)}";
        var auth = await Apis[gateway].RegisterAsync(new(username, TestUser.Password, Device: "first"));
        return new TestUser(Cluster.Gateways[gateway], Apis[gateway], auth);
    }

    /// <summary>Users spread over the gateways.</summary>
    private protected Task<TestUser[]> NewUsersAsync(int count, string name) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => NewUserAsync(name, i % Apis.Count)));

    private protected void Move(TestUser user, int gateway) => user.MoveTo(Cluster.Gateways[gateway], Apis[gateway]);

    private protected static async Task<RoomId> NewRoomAsync(RoomKind kind, TestUser owner, params TestUser[] others) =>
        (await owner.Api.CreateRoomAsync(new(kind, "Room", "First topic", [.. others.Select(u => u.Id)]))).RoomId;
}

/// <summary>A cluster for the tests of a class that break nothing of it.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    internal const int Gateways = 3;

    internal ChatCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await ChatCluster.StartAsync(Gateways);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
