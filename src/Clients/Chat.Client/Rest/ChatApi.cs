using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// The REST calls of the contract. Immutable and cheap: one for each access token, over one shared <see cref="HttpClient"/> whose base
/// address is the server's. Every call throws <see cref="ChatApiException"/> when the server refuses and
/// <see cref="HttpRequestException"/> when it cannot be reached. Lists take the <c>next</c> of the page before.
/// </summary>
public sealed class ChatApi
{
    private readonly HttpCalls _http;

    /// <summary>Calls without signing in when there is no token.</summary>
    public ChatApi(HttpClient http, string? accessToken = null)
    {
        _http = new HttpCalls(http, accessToken);
        AccessToken = accessToken;
    }

    /// <summary>The token that the calls carry.</summary>
    public string? AccessToken { get; }

    /// <summary>The same server with another token.</summary>
    public ChatApi With(string? accessToken) => new(_http.Http, accessToken);

    /// <summary>Signs up and in.</summary>
    public Task<AuthResponse> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default) =>
        _http.SendAsync<RegisterRequest, AuthResponse>(HttpMethod.Post, "api/auth/register", request, cancellationToken);

    /// <summary>Signs in.</summary>
    public Task<AuthResponse> LoginAsync(LoginRequest request, CancellationToken cancellationToken = default) =>
        _http.SendAsync<LoginRequest, AuthResponse>(HttpMethod.Post, "api/auth/login", request, cancellationToken);

    /// <summary>Trades a refresh token for new tokens. Each works once.</summary>
    public Task<AuthResponse> RefreshAsync(string refreshToken, CancellationToken cancellationToken = default) =>
        _http.SendAsync<RefreshRequest, AuthResponse>(HttpMethod.Post, "api/auth/refresh", new(refreshToken), cancellationToken);

    /// <summary>Ends the session of this refresh token.</summary>
    public Task LogoutAsync(string refreshToken, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Post, "api/auth/logout", new RefreshRequest(refreshToken), cancellationToken);

    /// <summary>The user's sessions.</summary>
    public Task<Page<SessionInfo>> SessionsAsync(string? next = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<SessionInfo>>(Paged("api/auth/sessions", next, limit), cancellationToken);

    /// <summary>Ends a session and closes its connections.</summary>
    public Task EndSessionAsync(SessionId session, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Delete, $"api/auth/sessions/{session}", cancellationToken);

    /// <summary>The own profile.</summary>
    public Task<Profile> MeAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<Profile>("api/users/me", cancellationToken);

    /// <summary>Changes the own profile.</summary>
    public Task<Profile> UpdateMeAsync(ProfilePatch patch, CancellationToken cancellationToken = default) =>
        _http.SendAsync<ProfilePatch, Profile>(HttpMethod.Patch, "api/users/me", patch, cancellationToken);

    /// <summary>A user's public profile.</summary>
    public Task<Profile> UserAsync(UserId user, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Profile>($"api/users/{user}", cancellationToken);

    /// <summary>Users whose name begins with the query.</summary>
    public Task<Page<Profile>> FindUsersAsync(
        string query, string? next = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<Profile>>(Paged($"api/users?query={Uri.EscapeDataString(query)}", next, limit), cancellationToken);

    /// <summary>Makes a room, or answers the direct room that the same users have already.</summary>
    public Task<RoomInfo> CreateRoomAsync(CreateRoomRequest request, CancellationToken cancellationToken = default) =>
        _http.SendAsync<CreateRoomRequest, RoomInfo>(HttpMethod.Post, "api/rooms", request, cancellationToken);

    /// <summary>The user's rooms.</summary>
    public Task<Page<RoomListItem>> RoomsAsync(string? next = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<RoomListItem>>(Paged("api/rooms", next, limit), cancellationToken);

    /// <summary>All of the user's rooms, page by page.</summary>
    public async Task<IReadOnlyList<RoomListItem>> AllRoomsAsync(CancellationToken cancellationToken = default)
    {
        const int largestPage = 200;
        var rooms = new List<RoomListItem>();
        string? next = null;
        do
        {
            var page = await RoomsAsync(next, largestPage, cancellationToken);
            rooms.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return rooms;
    }

    /// <summary>Public rooms whose name matches the query.</summary>
    public Task<Page<RoomInfo>> DiscoverAsync(
        string query, string? next = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<RoomInfo>>(Paged($"api/rooms/discover?query={Uri.EscapeDataString(query)}", next, limit), cancellationToken);

    /// <summary>A room.</summary>
    public Task<RoomInfo> RoomAsync(RoomId room, CancellationToken cancellationToken = default) =>
        _http.GetAsync<RoomInfo>($"api/rooms/{room}", cancellationToken);

    /// <summary>Changes a room's name, topic, or whether it is archived.</summary>
    public Task<RoomInfo> UpdateRoomAsync(RoomId room, RoomPatch patch, CancellationToken cancellationToken = default) =>
        _http.SendAsync<RoomPatch, RoomInfo>(HttpMethod.Patch, $"api/rooms/{room}", patch, cancellationToken);

    /// <summary>Archives a room: it stays readable, and nobody writes to it.</summary>
    public Task ArchiveRoomAsync(RoomId room, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Delete, $"api/rooms/{room}", cancellationToken);

    /// <summary>Joins a public room.</summary>
    public Task<RoomInfo> JoinAsync(RoomId room, CancellationToken cancellationToken = default) =>
        _http.AnswerAsync<RoomInfo>(new(HttpMethod.Post, $"api/rooms/{room}/join"), cancellationToken);

    /// <summary>Leaves a room.</summary>
    public Task LeaveAsync(RoomId room, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Post, $"api/rooms/{room}/leave", cancellationToken);

    /// <summary>A room's members.</summary>
    public Task<Page<MemberInfo>> MembersAsync(
        RoomId room, string? next = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<MemberInfo>>(Paged($"api/rooms/{room}/members", next, limit), cancellationToken);

    /// <summary>Adds users to a room.</summary>
    public Task AddMembersAsync(RoomId room, IReadOnlyList<UserId> users, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Post, $"api/rooms/{room}/members", new AddMembersRequest(users), cancellationToken);

    /// <summary>Gives a member another role.</summary>
    public Task ChangeRoleAsync(RoomId room, UserId user, MemberRole role, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Patch, $"api/rooms/{room}/members/{user}", new MemberPatch { Role = role }, cancellationToken);

    /// <summary>Mutes a member until then; null unmutes.</summary>
    public Task MuteAsync(RoomId room, UserId user, DateTimeOffset? until, CancellationToken cancellationToken = default)
    {
        // Written by hand: an absent property would leave the mute as it is, and the serializer leaves nulls out.
        var value = until is { } time ? JsonSerializer.Serialize(time, Json<DateTimeOffset>.Info) : "null";
        var content = new StringContent($$"""{"mutedUntil":{{value}}}""", System.Text.Encoding.UTF8, "application/json");
        return _http.AnswerAsync(new(HttpMethod.Patch, $"api/rooms/{room}/members/{user}") { Content = content }, cancellationToken);
    }

    /// <summary>Removes a member, and bans them when asked.</summary>
    public Task RemoveMemberAsync(RoomId room, UserId user, bool ban = false, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Delete, $"api/rooms/{room}/members/{user}" + (ban ? "?ban=true" : ""), cancellationToken);

    /// <summary>Messages as they are now: the part of the history that <paramref name="range"/> names. It goes on from the last one's seq.</summary>
    public Task<MessagesPage> MessagesAsync(
        RoomId room, MessageRange range, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<MessagesPage>(Paged($"api/rooms/{room}/messages{range.Query}", null, limit), cancellationToken);

    /// <summary>Sends a message; answers when it is on the server's disk.</summary>
    public Task<SendAck> SendAsync(RoomId room, SendRequest message, CancellationToken cancellationToken = default) =>
        _http.SendAsync<SendRequest, SendAck>(HttpMethod.Post, $"api/rooms/{room}/messages", message, cancellationToken);

    /// <summary>Replaces the text of an own message.</summary>
    public Task EditAsync(RoomId room, long seq, string text, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Patch, $"api/rooms/{room}/messages/{seq}", new EditRequest(text), cancellationToken);

    /// <summary>Deletes a message.</summary>
    public Task DeleteAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Delete, $"api/rooms/{room}/messages/{seq}", cancellationToken);

    /// <summary>Sets or takes back a reaction.</summary>
    public Task ReactAsync(RoomId room, long seq, string emoji, bool on, CancellationToken cancellationToken = default) =>
        _http.SendAsync(
            on ? HttpMethod.Put : HttpMethod.Delete,
            $"api/rooms/{room}/messages/{seq}/reactions/{Uri.EscapeDataString(emoji)}",
            cancellationToken);

    /// <summary>Pins or unpins a message.</summary>
    public Task PinAsync(RoomId room, long seq, bool on, CancellationToken cancellationToken = default) =>
        _http.SendAsync(on ? HttpMethod.Put : HttpMethod.Delete, $"api/rooms/{room}/pins/{seq}", cancellationToken);

    /// <summary>The pinned messages.</summary>
    public Task<Page<Message>> PinsAsync(RoomId room, CancellationToken cancellationToken = default) =>
        _http.GetAsync<Page<Message>>($"api/rooms/{room}/pins", cancellationToken);

    /// <summary>The log after a seq, oldest first.</summary>
    public Task<EventsPage> EventsAsync(RoomId room, long after, int? limit = null, CancellationToken cancellationToken = default) =>
        _http.GetAsync<EventsPage>(Paged($"api/rooms/{room}/events?after={after}", null, limit), cancellationToken);

    /// <summary>Moves the own read mark forward.</summary>
    public Task<ReadState> MarkReadAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        _http.SendAsync<ReadRequest, ReadState>(HttpMethod.Put, $"api/rooms/{room}/read", new(seq), cancellationToken);

    private static string Paged(string path, string? next, int? limit)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        if (limit is not null)
        {
            path = $"{path}{separator}limit={limit}";
            separator = '&';
        }

        return next is null ? path : $"{path}{separator}cursor={Uri.EscapeDataString(next)}";
    }
}

/// <summary>A part of a room's history.</summary>
public readonly struct MessageRange
{
    private readonly string? _query;

    private MessageRange(string query) => _query = query;

    /// <summary>The newest messages, newest first.</summary>
    public static MessageRange Newest => default;

    internal string Query => _query ?? "";

    /// <summary>Messages below a seq, newest first.</summary>
    public static MessageRange Before(long seq) => new($"?before={seq}");

    /// <summary>Messages above a seq, oldest first.</summary>
    public static MessageRange After(long seq) => new($"?after={seq}");

    /// <summary>Messages on both sides of a seq, oldest first.</summary>
    public static MessageRange Around(long seq) => new($"?around={seq}");

    /// <summary>A thread above a seq: its first message and what was said in it, oldest first.</summary>
    public static MessageRange Thread(long seq, long after = 0) => new($"?thread={seq}&after={after}");
}
