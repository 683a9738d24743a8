using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>A test with a server process of its own. The server's last log lines are in the output of a test that fails.</summary>
public abstract class SystemTest : IAsyncLifetime
{
    private readonly ITestOutputHelper _output;
    private readonly HttpClient _http;
    private int _users;

    protected SystemTest(ITestOutputHelper output, params (string Name, string Value)[] settings)
    {
        _output = output;
        Server = new ServerProcess(settings);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
        {
            BaseAddress = Server.Address,
            Timeout = Wait.Limit,
        };
        Api = new ChatApi(_http);
    }

    private protected ServerProcess Server { get; }

    /// <summary>REST without a token.</summary>
    protected ChatApi Api { get; }

    protected HttpClient Http => _http;

    public virtual Task InitializeAsync() => Server.StartAsync();

    public virtual async Task DisposeAsync()
    {
        _output.WriteLine(Server.Tail());
        _http.Dispose();
        await Server.DisposeAsync();
    }

    protected void Say(string line) => _output.WriteLine(line);

    /// <summary>Signs up a user whose name begins as given.</summary>
    private protected async Task<TestUser> NewUserAsync(string name = "user")
    {
        var username = $"{name}-{Interlocked.Increment(ref _users)}";
        return new TestUser(Server, Api, await Api.RegisterAsync(new(username, TestUser.Password, Device: "first")));
    }

    private protected Task<TestUser[]> NewUsersAsync(int count, string name = "user") =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => NewUserAsync(name)));

    /// <summary>A room of the first user's, with the others in it.</summary>
    private protected static async Task<RoomId> NewRoomAsync(RoomKind kind, TestUser owner, params TestUser[] others) =>
        (await owner.Api.CreateRoomAsync(new(kind, "Room", "First topic", [.. others.Select(u => u.Id)]))).RoomId;
}
