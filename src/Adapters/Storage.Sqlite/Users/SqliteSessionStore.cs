using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Sessions and their refresh tokens. One writer at a time, so a token is exchanged once.</summary>
internal sealed class SqliteSessionStore(SqliteDatabase database) : ISessionStore
{
    private const string Columns = "id, user_id, device, refresh_hash, created_at, refreshed_at, expires_at, previous_hash";

    private const string InsertSql =
        "INSERT INTO user_sessions (id, user_id, device, refresh_hash, previous_hash, created_at, refreshed_at, expires_at) " +
        "VALUES (?,?,?,?,NULL,?,?,?)";

    private const string FindSql = $"SELECT {Columns} FROM user_sessions WHERE id = ? AND expires_at > ?";

    private const string IsLiveSql = "SELECT 1 FROM user_sessions WHERE id = ? AND expires_at > ?";

    private const string RotateSql =
        "UPDATE user_sessions SET previous_hash = refresh_hash, refresh_hash = ?, refreshed_at = ?, expires_at = ? WHERE id = ?";

    private const string ListSql =
        $"SELECT {Columns} FROM user_sessions WHERE user_id = ? AND expires_at > ? ORDER BY refreshed_at DESC, id DESC";

    private const string RevokeSql = "DELETE FROM user_sessions WHERE id = ? AND user_id = ?";

    private const string DropExpiredSql =
        "DELETE FROM user_sessions WHERE id IN (SELECT id FROM user_sessions WHERE expires_at < ? ORDER BY expires_at LIMIT ?)";

    public Task OpenAsync(SessionRecord session, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle => handle.Prepare(InsertSql)
                .Bind(session.Id.Value).Bind(session.UserId).Bind(session.Device).BindBlob(session.RefreshHash)
                .Bind(session.CreatedAt).Bind(session.RefreshedAt).Bind(session.ExpiresAt)
                .ExecuteCount(),
            cancellationToken);

    public Task<SessionRecord?> FindAsync(SessionId session, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        database.ReadAsync(handle => Find(handle, session, now)?.Session, cancellationToken);

    public Task<IReadOnlySet<SessionId>> FindLiveAsync(
        IReadOnlyCollection<SessionId> sessions, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlySet<SessionId>>(
            handle => sessions.Where(session => handle.Prepare(IsLiveSql).Bind(session.Value).Bind(now).ExecuteLong() is not null).ToHashSet(),
            cancellationToken);

    public Task<RotateOutcome> RotateAsync(
        SessionId session, byte[] presentedHash, byte[] nextHash, DateTimeOffset now, DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                if (Find(handle, session, now) is not { } found)
                {
                    return new RotateOutcome(RotateStatus.Unknown, Session: null);
                }

                if (found.Session.RefreshHash.AsSpan().SequenceEqual(presentedHash))
                {
                    handle.Prepare(RotateSql).BindBlob(nextHash).Bind(now).Bind(expiresAt).Bind(session.Value).Execute();
                    return new RotateOutcome(
                        RotateStatus.Rotated, found.Session with { RefreshHash = nextHash, RefreshedAt = now, ExpiresAt = expiresAt });
                }

                return found.PreviousHash is not null && found.PreviousHash.AsSpan().SequenceEqual(presentedHash)
                    ? new RotateOutcome(RotateStatus.Reused, found.Session)
                    : new RotateOutcome(RotateStatus.Unknown, Session: null);
            },
            cancellationToken);

    public Task<IReadOnlyList<SessionRecord>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<SessionRecord>>(
            handle =>
            {
                var sessions = new List<SessionRecord>();
                var rows = handle.Prepare(ListSql).Bind(user).Bind(now);
                while (rows.Step())
                {
                    sessions.Add(Read(rows));
                }

                return sessions;
            },
            cancellationToken);

    public Task<bool> RevokeAsync(UserId user, SessionId session, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => handle.Prepare(RevokeSql).Bind(session.Value).Bind(user).ExecuteCount() == 1, cancellationToken);

    public Task<int> DropExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => handle.Prepare(DropExpiredSql).Bind(before).Bind(limit).ExecuteCount(), cancellationToken);

    private static (SessionRecord Session, byte[]? PreviousHash)? Find(SqliteHandle handle, SessionId session, DateTimeOffset now)
    {
        var row = handle.Prepare(FindSql).Bind(session.Value).Bind(now);
        if (!row.Step())
        {
            return null;
        }

        var found = (Read(row), row.IsNull(7) ? null : row.Bytes(7).ToArray());
        row.Reset();
        return found;
    }

    private static SessionRecord Read(Statement row) =>
        new()
        {
            Id = new SessionId(row.Long(0)),
            UserId = new UserId(row.Long(1)),
            Device = row.Text(2),
            RefreshHash = row.Bytes(3).ToArray(),
            CreatedAt = row.Time(4),
            RefreshedAt = row.Time(5),
            ExpiresAt = row.Time(6),
        };
}
