using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Rooms;

/// <summary>
/// What people call a room: its id, its name, or <c>@user</c> for the direct room with that user. A number is always an id, so that nobody
/// takes over a script by giving a room another one's id as its name.
/// </summary>
internal sealed class RoomFinder(ChatApi api, SessionTokens me, CancellationToken stop)
{
    private const int QueryLength = 64;
    private const int Suggestions = 8;

    /// <summary>One of the caller's rooms.</summary>
    /// <exception cref="CliException">There is none, or more than one.</exception>
    public async Task<RoomId> MineAsync(string room)
    {
        if (IdText.TryParse<RoomId>(room, out var id))
        {
            return id;
        }

        if (room.StartsWith('@'))
        {
            var user = await UserAsync(room);
            var direct = (await AllMineAsync()).FirstOrDefault(r => r.Kind is RoomKind.Direct && IsWith(r.With, user));
            return direct?.RoomId ?? throw NotFound($"there is no direct room with {room} yet; make it with: chat direct {room}");
        }

        var mine = await AllMineAsync();
        return One(room, mine, r => r.Name, r => r.RoomId, "'chat rooms' lists yours, 'chat rooms --discover' those that you can join").RoomId;
    }

    /// <summary>One of the caller's rooms; the direct room with a user is made when it is not there yet.</summary>
    /// <exception cref="CliException">There is none, or more than one.</exception>
    public async Task<RoomId> WritableAsync(string room) => room.StartsWith('@') ? (await DirectAsync([room])).RoomId : await MineAsync(room);

    /// <summary>A public room, whether or not the caller is in it.</summary>
    /// <exception cref="CliException">There is none, or more than one.</exception>
    public async Task<RoomId> PublicAsync(string room)
    {
        if (IdText.TryParse<RoomId>(room, out var id))
        {
            return id;
        }

        var query = string.Concat(room.EnumerateRunes().Take(QueryLength));
        var found = await Lists.AllAsync<RoomInfo>((next, limit) => api.DiscoverAsync(query, next, limit, stop));
        return One(room, found, r => r.Name, r => r.RoomId, "'chat rooms --discover' lists all public rooms").RoomId;
    }

    /// <summary>The direct room of the caller and these users, made when it is not there yet.</summary>
    public async Task<RoomInfo> DirectAsync(IReadOnlyList<string> users)
    {
        var others = await UsersAsync(users);
        return await api.CreateRoomAsync(new(RoomKind.Direct, MemberIds: [.. others.Where(user => user != me.UserId)]), stop);
    }

    /// <summary>The users of these names.</summary>
    public async Task<IReadOnlyList<UserId>> UsersAsync(IReadOnlyList<string> names)
    {
        var users = new List<UserId>(names.Count);
        foreach (var name in names)
        {
            users.Add(await UserAsync(name));
        }

        return users;
    }

    /// <summary>All rooms of the caller.</summary>
    public Task<IReadOnlyList<RoomListItem>> AllMineAsync() => api.AllRoomsAsync(stop);

    /// <summary>The user of that name, with or without an @ before it; letter case does not count.</summary>
    /// <exception cref="CliException">There is none.</exception>
    private async Task<UserId> UserAsync(string name)
    {
        var username = name.TrimStart('@').ToLowerInvariant();
        if (username == me.Username)
        {
            return me.UserId;
        }

        if (username.Length is 0 or > QueryLength)
        {
            throw NotFound($"there is no user '{name}'");
        }

        string? next = null;
        do
        {
            // Also finds those whose display name begins so.
            var page = await api.FindUsersAsync(username, next, Lists.LargestPage, stop);
            if (page.Items.FirstOrDefault(user => user.Username == username) is { } found)
            {
                return found.UserId;
            }

            next = page.Next;
        }
        while (next is not null);
        throw NotFound($"there is no user '{username}'; look for them with: chat users");
    }

    private bool IsWith(IReadOnlyList<UserId>? others, UserId user) =>
        others is not null && (user == me.UserId ? others.Count == 0 : others.Count == 1 && others[0] == user);

    private static T One<T>(string name, IReadOnlyList<T> rooms, Func<T, string?> nameOf, Func<T, RoomId> idOf, string advice)
    {
        var same = rooms.Where(room => nameOf(room) == name).ToList();
        if (same.Count == 0)
        {
            same = rooms.Where(room => string.Equals(nameOf(room), name, StringComparison.OrdinalIgnoreCase)).ToList();
        }

        if (same.Count == 1)
        {
            return same[0];
        }

        if (same.Count > 1)
        {
            throw new CliException(
                ExitCode.Usage, CliCodes.Ambiguous, $"more than one room is called '{name}'; use an id: {Listed(same, nameOf, idOf)}");
        }

        var similar = rooms.Where(room => nameOf(room)?.Contains(name, StringComparison.OrdinalIgnoreCase) == true).ToList();
        throw NotFound(similar.Count > 0
            ? $"no room is called '{name}'; did you mean one of these: {Listed(similar, nameOf, idOf)}"
            : $"no room is called '{name}'; {advice}");
    }

    private static string Listed<T>(List<T> rooms, Func<T, string?> nameOf, Func<T, RoomId> idOf) =>
        string.Join(", ", rooms.Take(Suggestions).Select(room => $"{idOf(room)} {nameOf(room)}")) + (rooms.Count > Suggestions ? ", …" : "");

    private static CliException NotFound(string advice) => new(ExitCode.NotFound, CliCodes.NotFound, advice);
}
