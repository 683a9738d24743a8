using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>A test with a cluster of its own. The last lines of all its logs are in the output of a test that fails.</summary>
public abstract class ClusterTest(ITestOutputHelper output, int gateways = 3) : IAsyncLifetime
{
    private readonly List<HttpClient> _http = [];
    private int _users;

    private protected ChatCluster Cluster { get; private set; } = null!;

    /// <summary>REST without a token, at each gateway.</summary>
    private protected IReadOnlyList<ChatApi> Apis { get; private set; } = [];

    public virtual async Task InitializeAsync()
    {
        Cluster = await StartAsync(gateways);
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
        await Cluster.DisposeAsync();
    }

    private protected virtual Task<ChatCluster> StartAsync(int count) => ChatCluster.StartAsync(count);

    private protected void Say(string line) => output.WriteLine(line);

    /// <summary>Signs up a user at a gateway, where they stay until they move.</summary>
    private protected async Task<TestUser> NewUserAsync(string name, int gateway)
    {
        var username = $"{name}-{Interlocked.Increment(ref _users)}";
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
