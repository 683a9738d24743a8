using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Tests.Support;

/// <summary>The server that the tests of one class share.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private int _users;

    public SharedServer() => Http = new HttpClient { BaseAddress = Server.Address, Timeout = Wait.Limit };

    public ServerProcess Server { get; } = new();

    public HttpClient Http { get; }

    public Task InitializeAsync() => Server.StartAsync();

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    internal string NextName(string name) => $"{name}-{Interlocked.Increment(ref _users)}";
}

/// <summary>Tests of <c>chat</c> against a server that other tests of the class use as well: names are not to be relied on.</summary>
public abstract class CliTest(SharedServer shared) : IClassFixture<SharedServer>, IDisposable
{
    protected const string Password = "correct horse battery";

    private readonly List<IDisposable> _programs = [];

    protected ServerProcess Server => shared.Server;

    protected ChatApi Anonymous => new(shared.Http);

    public void Dispose()
    {
        foreach (var program in _programs)
        {
            program.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A name that no other test uses.</summary>
    protected string NewName(string name) => shared.NextName(name);

    /// <summary>The program where nobody is signed in.</summary>
    private protected ChatProgram NewProgram()
    {
        var program = new ChatProgram();
        _programs.Add(program);
        return program;
    }

    /// <summary>A new user who has signed in with the program, and by whose name tests do what is not theirs to test.</summary>
    private protected async Task<CliUser> NewUserAsync(string name = "user", string? displayName = null)
    {
        var auth = await Anonymous.RegisterAsync(new(NewName(name), Password, displayName));
        var chat = NewProgram();
        await chat.KeepAsync(Server.Address, auth);
        return new CliUser(chat, Anonymous.With(auth.AccessToken), auth.User);
    }
}

/// <summary>A user with the program at hand.</summary>
internal sealed record CliUser(ChatProgram Chat, ChatApi Api, Profile Profile)
{
    public string Name => Profile.Username;

    /// <summary>A room of theirs, with the others in it.</summary>
    public async Task<RoomId> NewRoomAsync(string name, params CliUser[] others) =>
        (await Api.CreateRoomAsync(new(RoomKind.Public, name, MemberIds: [.. others.Select(o => o.Profile.UserId)]))).RoomId;

    public Task<SendAck> SayAsync(RoomId room, string text) => Api.SendAsync(room, new(Guid.NewGuid().ToString("N"), text));
}
