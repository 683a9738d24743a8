using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>A user's row.</summary>
public sealed record UserRecord
{
    /// <summary>The user.</summary>
    public required UserId Id { get; init; }

    /// <summary>Unique; never changes.</summary>
    public required string Username { get; init; }

    /// <summary>Shown to others.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The password's hash, in the form of ASP.NET Core Identity.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>Picture; null when there is none.</summary>
    public string? Avatar { get; init; }

    /// <summary>Free text; null when there is none.</summary>
    public string? Status { get; init; }

    /// <summary>May use the administration calls.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>May not sign in.</summary>
    public bool Disabled { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What everybody may know.</summary>
    public Profile ToProfile() => new(Id, Username, DisplayName, Avatar, Status);
}

/// <summary>Users. Thread safe. When a write's task completes successfully, it is on disk.</summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IUserStore
{
    /// <summary>Adds a user; false, and nothing written, when the user name is taken.</summary>
    /// <exception cref="ArgumentException">A store on several servers: the id is not on the user name's shard (<see cref="Placement"/>).</exception>
    Task<bool> CreateAsync(UserRecord user, CancellationToken cancellationToken = default);

    /// <summary>The users of those ids that exist, in no order.</summary>
    Task<IReadOnlyList<UserRecord>> GetAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default);

    /// <summary>The users of those user names that exist, in no order.</summary>
    Task<IReadOnlyList<UserRecord>> FindByNameAsync(IReadOnlyCollection<string> usernames, CancellationToken cancellationToken = default);

    /// <summary>
    /// Users whose user name, or whose display name from one of its words on, starts with <paramref name="prefix"/> (letter case ignored; all
    /// users for an empty one), by user name in ordinal order, above the user name <paramref name="after"/>.
    /// </summary>
    Task<IReadOnlyList<UserRecord>> SearchAsync(string prefix, string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Replaces display name, avatar and status.</summary>
    Task UpdateProfileAsync(Profile profile, CancellationToken cancellationToken = default);

    /// <summary>Replaces the password's hash.</summary>
    Task UpdatePasswordAsync(UserId user, string passwordHash, CancellationToken cancellationToken = default);
}

/// <summary>A session's row: one sign-in on one device.</summary>
public sealed record SessionRecord
{
    /// <summary>The session.</summary>
    public required SessionId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required UserId UserId { get; init; }

    /// <summary>The client's own words for the device.</summary>
    public required string Device { get; init; }

    /// <summary>SHA-256 of the refresh token that is good now.</summary>
    public required byte[] RefreshHash { get; init; }

    /// <summary>When the user signed in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last refreshed.</summary>
    public required DateTimeOffset RefreshedAt { get; init; }

    /// <summary>When it ends unless it is refreshed before.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>How a refresh ended.</summary>
public enum RotateStatus
{
    /// <summary>The next token is in force.</summary>
    Rotated = 0,

    /// <summary>No live session has, or lately had, this token.</summary>
    Unknown = 1,

    /// <summary>The token was used before: it may have been stolen (RFC 9700, 4.14.2).</summary>
    Reused = 2,
}

/// <summary>The end of a refresh; the session is set unless the token is unknown.</summary>
public sealed record RotateOutcome(RotateStatus Status, SessionRecord? Session);

/// <summary>Sessions and their refresh tokens. Thread safe. When a write's task completes successfully, it is on disk.</summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface ISessionStore
{
    /// <summary>Adds a session.</summary>
    /// <exception cref="ArgumentException">A store on several servers: the id is not on the user's shard (<see cref="Placement"/>).</exception>
    Task OpenAsync(SessionRecord session, CancellationToken cancellationToken = default);

    /// <summary>A session that has neither been revoked nor expired at <paramref name="now"/>; null otherwise.</summary>
    Task<SessionRecord?> FindAsync(SessionId session, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>
    /// Those of the sessions that <see cref="FindAsync"/> would find. Asked for hundreds at a time, again and again: a store that can reads
    /// them in one go.
    /// </summary>
    async Task<IReadOnlySet<SessionId>> FindLiveAsync(
        IReadOnlyCollection<SessionId> sessions, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var live = new HashSet<SessionId>(sessions.Count);
        foreach (var session in sessions)
        {
            if (await FindAsync(session, now, cancellationToken) is not null)
            {
                live.Add(session);
            }
        }

        return live;
    }

    /// <summary>
    /// Exchanges a refresh token for the next one, at most once however many try at the same time: the loser sees
    /// <see cref="RotateStatus.Reused"/>. The token before the present one is remembered to tell reuse from noise.
    /// </summary>
    Task<RotateOutcome> RotateAsync(
        SessionId session, byte[] presentedHash, byte[] nextHash, DateTimeOffset now, DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default);

    /// <summary>The user's live sessions, the last refreshed first.</summary>
    Task<IReadOnlyList<SessionRecord>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>Ends a session of that user; false when there is no such live session.</summary>
    Task<bool> RevokeAsync(UserId user, SessionId session, CancellationToken cancellationToken = default);

    /// <summary>Deletes sessions that expired before <paramref name="before"/>, at most <paramref name="limit"/>; answers how many.</summary>
    Task<int> DropExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default);
}
