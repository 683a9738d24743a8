using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.MySql.Users;

/// <summary>Sessions and their refresh tokens, on their user's shard. A session's row is locked while its token is exchanged.</summary>
internal sealed class MySqlSessionStore(MySqlStore store) : ISessionStore
{
    private const string Columns =
        "id AS Id, user_id AS UserId, device AS Device, refresh_hash AS RefreshHash, previous_hash AS PreviousHash, created_at AS CreatedAt, " +
        "refreshed_at AS RefreshedAt, expires_at AS ExpiresAt";

    public Task OpenAsync(SessionRecord session, CancellationToken cancellationToken = default)
    {
        if (LogicalShards.Of(session.Id) != LogicalShards.Of(session.UserId))
        {
            return Task.FromException(new ArgumentException(
                $"Session {session.Id} is not on the shard of user {session.UserId}.", nameof(session)));
        }

        var (server, db) = store.Map.Of(session.UserId);

        // Again after a lost answer: an id is drawn for one session, so the row that has it is this one.
        return server.WriteAsync(
            (link, _) => link.Execute(
                $"INSERT INTO `{db.Name}`.user_sessions (id, user_id, device, refresh_hash, created_at, refreshed_at, expires_at) " +
                "VALUES (@Id, @UserId, @Device, @RefreshHash, @CreatedAt, @RefreshedAt, @ExpiresAt) ON DUPLICATE KEY UPDATE id = VALUES(id)",
                SessionRow.Of(session)),
            repeatable: true,
            cancellationToken);
    }

    public Task<SessionRecord?> FindAsync(SessionId session, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var (server, db) = store.Map.Of(session);
        return server.ReadAsync(
            link => link.Query<SessionRow>(
                $"SELECT {Columns} FROM `{db.Name}`.user_sessions WHERE id = @id AND expires_at > @now",
                new { id = session.Value, now = now.ToUnixTimeMilliseconds() }) is [var row] ? row.ToRecord() : null,
            cancellationToken);
    }

    public async Task<IReadOnlySet<SessionId>> FindLiveAsync(
        IReadOnlyCollection<SessionId> sessions, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var time = now.ToUnixTimeMilliseconds();
        var reads = StoreMap.ByServer(sessions, store.Map.Of).Select(server => server.Key.ReadAsync(
            link => link.Query<long>(
                string.Join(" UNION ALL ", server.Select(shard =>
                    $"SELECT id FROM `{shard.Key.Users.Name}`.user_sessions WHERE id IN ({string.Join(',', shard)}) AND expires_at " +
                    $"> @time")),
                new { time }),
            cancellationToken));
        return (await Task.WhenAll(reads)).SelectMany(ids => ids).Select(id => new SessionId(id)).ToHashSet();
    }

    public Task<RotateOutcome> RotateAsync(
        SessionId session, byte[] presentedHash, byte[] nextHash, DateTimeOffset now, DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default)
    {
        var (server, db) = store.Map.Of(session);
        var (id, time, end) = (session.Value, now.ToUnixTimeMilliseconds(), expiresAt.ToUnixTimeMilliseconds());
        return server.WriteAsync(
            (link, attempt) =>
            {
                link.Begin();
                var rows = link.Query<SessionRow>(
                    $"SELECT {Columns} FROM `{db.Name}`.user_sessions WHERE id = @id AND expires_at > @time FOR UPDATE", new { id, time });
                if (rows is not [var row])
                {
                    return new RotateOutcome(RotateStatus.Unknown, Session: null);
                }

                var found = row.ToRecord();
                if (row.RefreshHash.AsSpan().SequenceEqual(presentedHash))
                {
                    link.Execute(
                        $"UPDATE `{db.Name}`.user_sessions SET previous_hash = refresh_hash, refresh_hash = @nextHash, refreshed_at " +
                        $"= @time, expires_at = @end " +
                        "WHERE id = @id",
                        new { nextHash, time, end, id });
                    link.Commit();
                    return new RotateOutcome(RotateStatus.Rotated, found with { RefreshHash = nextHash, RefreshedAt = now, ExpiresAt = expiresAt });
                }

                if (row.PreviousHash is null || !row.PreviousHash.AsSpan().SequenceEqual(presentedHash))
                {
                    return new RotateOutcome(RotateStatus.Unknown, Session: null);
                }

                // Nobody else knows the next token: when it is in force after a lost answer, this exchange has put it there.
                return attempt > 1 && row.RefreshHash.AsSpan().SequenceEqual(nextHash)
                    ? new RotateOutcome(RotateStatus.Rotated, found)
                    : new RotateOutcome(RotateStatus.Reused, found);
            },
            repeatable: true,
            cancellationToken);
    }

    public Task<IReadOnlyList<SessionRecord>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var (server, db) = store.Map.Of(user);
        return server.ReadAsync<IReadOnlyList<SessionRecord>>(
            link =>
            [
                .. link.Query<SessionRow>(
                    $"SELECT {Columns} FROM `{db.Name}`.user_sessions WHERE user_id = @id AND expires_at > @now ORDER BY " +
                    $"refreshed_at DESC, id DESC",
                    new { id = user.Value, now = now.ToUnixTimeMilliseconds() }).Select(row => row.ToRecord()),
            ],
            cancellationToken);
    }

    public Task<bool> RevokeAsync(UserId user, SessionId session, CancellationToken cancellationToken = default)
    {
        // By the session's id: an id that belongs to another user is on another shard, and not there.
        var (server, db) = store.Map.Of(user);
        return server.WriteAsync(
            (link, _) => link.Execute(
                $"DELETE FROM `{db.Name}`.user_sessions WHERE id = @id AND user_id = @user", new { id = session.Value, user = user.Value }) == 1,
            repeatable: false,
            cancellationToken);
    }

    public async Task<int> DropExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default)
    {
        var dropped = 0;
        foreach (var (server, db) in store.Map.UserShards)
        {
            var left = limit - dropped;
            if (left > 0)
            {
                dropped += await server.WriteAsync(
                    (link, _) => link.Execute(
                        $"DELETE FROM `{db.Name}`.user_sessions WHERE expires_at < @before ORDER BY expires_at LIMIT @left",
                        new { before = before.ToUnixTimeMilliseconds(), left }),
                    repeatable: false,
                    cancellationToken);
            }
        }

        return dropped;
    }

    private sealed class SessionRow
    {
        public long Id { get; init; }

        public long UserId { get; init; }

        public string Device { get; init; } = "";

        public byte[] RefreshHash { get; init; } = [];

        public byte[]? PreviousHash { get; init; }

        public long CreatedAt { get; init; }

        public long RefreshedAt { get; init; }

        public long ExpiresAt { get; init; }

        public static SessionRow Of(SessionRecord session) =>
            new()
            {
                Id = session.Id.Value,
                UserId = session.UserId.Value,
                Device = session.Device,
                RefreshHash = session.RefreshHash,
                CreatedAt = session.CreatedAt.ToUnixTimeMilliseconds(),
                RefreshedAt = session.RefreshedAt.ToUnixTimeMilliseconds(),
                ExpiresAt = session.ExpiresAt.ToUnixTimeMilliseconds(),
            };

        public SessionRecord ToRecord() =>
            new()
            {
                Id = new SessionId(Id),
                UserId = new UserId(UserId),
                Device = Device,
                RefreshHash = RefreshHash,
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
                RefreshedAt = DateTimeOffset.FromUnixTimeMilliseconds(RefreshedAt),
                ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(ExpiresAt),
            };
    }
}
