using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>A signed-in user on one device.</summary>
internal sealed class TestUser
{
    public const string Password = "correct horse battery";

    private readonly AuthResponse _auth;
    private ServerProcess _server;
    private ChatApi _anonymous;
    private int _sent;

    public TestUser(ServerProcess server, ChatApi anonymous, AuthResponse auth)
    {
        _auth = auth;
        (_server, _anonymous) = (server, anonymous);
        Api = anonymous.With(auth.AccessToken);
    }

    public UserId Id => _auth.User.UserId;

    public string Name => _auth.User.Username;

    public SessionId Session => _auth.SessionId;

    public string AccessToken => _auth.AccessToken;

    public string RefreshToken => _auth.RefreshToken;

    public ChatApi Api { get; private set; }

    /// <summary>Goes on with the same session at another process of the same cluster.</summary>
    public void MoveTo(ServerProcess server, ChatApi anonymous)
    {
        (_server, _anonymous) = (server, anonymous);
        Api = anonymous.With(_auth.AccessToken);
    }

    /// <summary>The same user signed in once more.</summary>
    public async Task<TestUser> OnAnotherDeviceAsync() =>
        new(_server, _anonymous, await _anonymous.LoginAsync(new(Name, Password, "another")));

    public Task<HubConnection> ConnectAsync(IHubListener listener) =>
        HubConnection.ConnectAsync(new() { Server = _server.Address, AccessToken = AccessToken, ConnectTimeout = Wait.Limit }, listener);

    /// <summary>A connection that records what is pushed.</summary>
    public async Task<Device> OpenAsync() => await Device.OpenAsync(this);

    /// <summary>A message under a clientId of its own.</summary>
    public SendRequest Message(string text, long? replyTo = null, long? thread = null) =>
        new($"{Session}-{Interlocked.Increment(ref _sent)}", text, replyTo, thread);

    public Task<SendAck> SayAsync(RoomId room, string text) => Api.SendAsync(room, Message(text));

    /// <summary>The user's own entry of the room list; null when the room is not in it.</summary>
    public async Task<RoomListItem?> ListedAsync(RoomId room)
    {
        string? next = null;
        do
        {
            var page = await Api.RoomsAsync(next, 200);
            if (page.Items.FirstOrDefault(r => r.RoomId == room) is { } found)
            {
                return found;
            }

            next = page.Next;
        }
        while (next is not null);
        return null;
    }

    /// <summary>The whole log above a seq, by REST.</summary>
    public async Task<List<RoomEvent>> LogAsync(RoomId room, long after = 0)
    {
        var all = new List<RoomEvent>();
        while (true)
        {
            var page = await Api.EventsAsync(room, after, 200);
            all.AddRange(page.Events);
            if (page.Events.Count == 0)
            {
                return all;
            }

            after = page.Events[^1].Seq;
        }
    }

    /// <summary>All messages as they are now, oldest first.</summary>
    public async Task<List<Message>> HistoryAsync(RoomId room)
    {
        var all = new List<Message>();
        while (true)
        {
            var page = await Api.MessagesAsync(room, MessageRange.After(all.Count == 0 ? 0 : all[^1].Seq), 200);
            all.AddRange(page.Items);
            if (page.Items.Count == 0)
            {
                return all;
            }
        }
    }

    public async Task<List<MemberInfo>> MembersAsync(RoomId room)
    {
        var all = new List<MemberInfo>();
        string? next = null;
        do
        {
            var page = await Api.MembersAsync(room, next, 200);
            all.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return all;
    }
}
