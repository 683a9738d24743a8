using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <content>Users, sessions, outbox, node leases.</content>
public sealed partial class InMemoryStore
{
    private const int Nodes = 1024;

    private readonly Dictionary<UserId, UserRecord> _users = [];
    private readonly Dictionary<SessionId, (SessionRecord Session, byte[]? PreviousHash)> _sessions = [];
    private readonly List<OutboxRow> _outbox = [];
    private readonly Dictionary<int, (long Token, bool Held, DateTimeOffset ExpiresAt)> _leases = [];
    private long _lastPosition;

    /// <inheritdoc />
    public Task<bool> CreateAsync(UserRecord user, CancellationToken cancellationToken = default) =>
        Do(() => _users.Values.All(u => u.Username != user.Username) && _users.TryAdd(user.Id, user), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<UserRecord>> GetAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<UserRecord>>(() => [.. _users.Values.Where(u => users.Contains(u.Id))], cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<UserRecord>> FindByNameAsync(
        IReadOnlyCollection<string> usernames, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<UserRecord>>(() => [.. _users.Values.Where(u => usernames.Contains(u.Username))], cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<UserRecord>> SearchAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<UserRecord>>(
            () =>
            [
                .. _users.Values.Where(u => IsFound(u, prefix.ToLowerInvariant()) && string.CompareOrdinal(u.Username, after) > 0)
                    .OrderBy(u => u.Username, StringComparer.Ordinal).Take(limit),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task UpdateProfileAsync(Profile profile, CancellationToken cancellationToken = default) =>
        Do(
            () => Update(profile.UserId, u => u with { DisplayName = profile.DisplayName, Avatar = profile.Avatar, Status = profile.Status }),
            cancellationToken);

    /// <inheritdoc />
    public Task UpdatePasswordAsync(UserId user, string passwordHash, CancellationToken cancellationToken = default) =>
        Do(() => Update(user, u => u with { PasswordHash = passwordHash }), cancellationToken);

    /// <inheritdoc />
    public Task OpenAsync(SessionRecord session, CancellationToken cancellationToken = default) =>
        Do(() => _sessions.TryAdd(session.Id, (session, null)), cancellationToken);

    /// <inheritdoc />
    public Task<SessionRecord?> FindAsync(SessionId session, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        Do(() => _sessions.TryGetValue(session, out var found) && found.Session.ExpiresAt > now ? found.Session : null, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlySet<SessionId>> FindLiveAsync(
        IReadOnlyCollection<SessionId> sessions, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        Do<IReadOnlySet<SessionId>>(
            () => sessions.Where(id => _sessions.TryGetValue(id, out var found) && found.Session.ExpiresAt > now).ToHashSet(), cancellationToken);

    /// <inheritdoc />
    public Task<RotateOutcome> RotateAsync(
        SessionId session, byte[] presentedHash, byte[] nextHash, DateTimeOffset now, DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                if (!_sessions.TryGetValue(session, out var found) || found.Session.ExpiresAt <= now)
                {
                    return new RotateOutcome(RotateStatus.Unknown, null);
                }

                if (found.Session.RefreshHash.SequenceEqual(presentedHash))
                {
                    var next = found.Session with { RefreshHash = nextHash, RefreshedAt = now, ExpiresAt = expiresAt };
                    _sessions[session] = (next, found.Session.RefreshHash);
                    return new RotateOutcome(RotateStatus.Rotated, next);
                }

                return found.PreviousHash?.SequenceEqual(presentedHash) is true
                    ? new RotateOutcome(RotateStatus.Reused, found.Session)
                    : new RotateOutcome(RotateStatus.Unknown, null);
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<SessionRecord>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<SessionRecord>>(
            () =>
            [
                .. _sessions.Values.Select(s => s.Session).Where(s => s.UserId == user && s.ExpiresAt > now)
                    .OrderByDescending(s => s.RefreshedAt).ThenByDescending(s => s.Id),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task<bool> RevokeAsync(UserId user, SessionId session, CancellationToken cancellationToken = default) =>
        Do(() => _sessions.TryGetValue(session, out var found) && found.Session.UserId == user && _sessions.Remove(session), cancellationToken);

    /// <inheritdoc />
    public Task<int> DropExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                var ended = _sessions.Values.Select(s => s.Session).Where(s => s.ExpiresAt < before).OrderBy(s => s.ExpiresAt).Take(limit).ToList();
                ended.ForEach(s => _sessions.Remove(s.Id));
                return ended.Count;
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<OutboxRow>>(() => [.. _outbox.Where(r => r.Position > after).Take(limit)], cancellationToken);

    /// <inheritdoc />
    public Task<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken = default) =>
        Do(() => _outbox.RemoveAll(r => positions.Contains(r.Position)), cancellationToken);

    /// <inheritdoc />
    public Task<int> TrimAsync(DateTimeOffset before, int keep, int limit, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                var count = _outbox.TakeWhile((r, i) => i < _outbox.Count - keep || r.At < before).Take(limit).Count();
                _outbox.RemoveRange(0, count);
                return count;
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<NodeLease?> AcquireAsync(DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                var free = Enumerable.Range(0, Nodes).Select(node => (Node: node, Lease: _leases.GetValueOrDefault(node)))
                    .Where(n => !n.Lease.Held || n.Lease.ExpiresAt <= now).OrderBy(n => n.Lease.ExpiresAt).ThenBy(n => n.Node).ToList();
                if (free.Count == 0)
                {
                    return null;
                }

                var (node, before) = free[0];
                _leases[node] = (before.Token + 1, true, now + duration);
                return new NodeLease(node, before.Token + 1, now + duration);
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<NodeLease?> RenewAsync(NodeLease lease, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                if (_leases.GetValueOrDefault(lease.Node) is not { Held: true } held || held.Token != lease.FencingToken)
                {
                    return null;
                }

                _leases[lease.Node] = (held.Token, true, now + duration);
                return lease with { ExpiresAt = now + duration };
            },
            cancellationToken);

    /// <inheritdoc />
    public Task ReleaseAsync(NodeLease lease, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                if (_leases.GetValueOrDefault(lease.Node) is { Held: true } held && held.Token == lease.FencingToken)
                {
                    _leases[lease.Node] = held with { Held = false };
                }

                return true;
            },
            cancellationToken);

    private static bool IsFound(UserRecord user, string prefix)
    {
        var name = user.DisplayName.ToLowerInvariant();
        var startsOfWords = Enumerable.Range(0, name.Length + 1).Where(i => i == 0 || (IsWord(name, i) && !IsWord(name, i - 1)));
        return user.Username.ToLowerInvariant().StartsWith(prefix, StringComparison.Ordinal)
            || startsOfWords.Any(i => name[i..].StartsWith(prefix, StringComparison.Ordinal));
    }

    private static bool IsWord(string text, int index) => index < text.Length && char.IsLetterOrDigit(text[index]);

    private bool Update(UserId user, Func<UserRecord, UserRecord> change)
    {
        if (_users.TryGetValue(user, out var found))
        {
            _users[user] = change(found);
        }

        return true;
    }
}
