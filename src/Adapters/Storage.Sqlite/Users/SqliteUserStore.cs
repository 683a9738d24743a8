using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>Users.</summary>
internal sealed class SqliteUserStore(SqliteDatabase database) : IUserStore
{
    private const string Columns =
        "u.id, u.username, u.display_name, u.password_hash, u.avatar, u.status, u.is_admin, u.disabled, u.created_at";

    private const string InsertSql =
        "INSERT INTO users (id, username, display_name, password_hash, avatar, status, is_admin, disabled, created_at) VALUES " +
        "(?,?,?,?,?,?,?,?,?) " +
        "ON CONFLICT (username) DO NOTHING";

    private const string InsertWordSql = "INSERT INTO user_words (word, username, user_id) VALUES (?, ?, ?)";
    private const string DropWordsSql = "DELETE FROM user_words WHERE user_id = ?";
    private const string GetSql = $"SELECT {Columns} FROM users u WHERE u.id = ?";
    private const string FindByNameSql = $"SELECT {Columns} FROM users u WHERE u.username = ?";
    private const string FirstSql = $"SELECT {Columns} FROM users u WHERE u.username > ? ORDER BY u.username LIMIT ?";

    private const string SearchSql =
        $"SELECT {Columns} FROM (SELECT DISTINCT username FROM user_words WHERE word >= ? AND word < ? AND username > ? ORDER BY " +
        $"username LIMIT ?) found " +
        "JOIN users u ON u.username = found.username ORDER BY u.username";

    private const string UpdateProfileSql = "UPDATE users SET display_name = ?, avatar = ?, status = ? WHERE id = ?";
    private const string UsernameSql = "SELECT username FROM users WHERE id = ?";
    private const string UpdatePasswordSql = "UPDATE users SET password_hash = ? WHERE id = ?";

    public Task<bool> CreateAsync(UserRecord user, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                var inserted = handle.Prepare(InsertSql)
                    .Bind(user.Id).Bind(user.Username).Bind(user.DisplayName).Bind(user.PasswordHash).Bind(user.Avatar).Bind(user.Status)
                    .Bind(user.IsAdmin).Bind(user.Disabled).Bind(user.CreatedAt)
                    .ExecuteCount() == 1;
                if (inserted)
                {
                    WriteWords(handle, user.Id, user.Username, user.DisplayName);
                }

                return inserted;
            },
            cancellationToken);

    public Task<IReadOnlyList<UserRecord>> GetAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<UserRecord>>(
            handle =>
            {
                var found = new List<UserRecord>(users.Count);
                foreach (var user in users.Distinct())
                {
                    Read(handle.Prepare(GetSql).Bind(user), found);
                }

                return found;
            },
            cancellationToken);

    public Task<IReadOnlyList<UserRecord>> FindByNameAsync(
        IReadOnlyCollection<string> usernames, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<UserRecord>>(
            handle =>
            {
                var found = new List<UserRecord>(usernames.Count);
                foreach (var username in usernames.Distinct(StringComparer.Ordinal))
                {
                    Read(handle.Prepare(FindByNameSql).Bind(username), found);
                }

                return found;
            },
            cancellationToken);

    public Task<IReadOnlyList<UserRecord>> SearchAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<UserRecord>>(
            handle =>
            {
                var folded = SearchWords.Fold(prefix);
                var rows = folded.Length == 0
                    ? handle.Prepare(FirstSql)
                    : handle.Prepare(SearchSql).Bind(folded).BindEndOfPrefix(folded);
                var found = new List<UserRecord>();
                Read(rows.Bind(after).Bind(limit), found);
                return found;
            },
            cancellationToken);

    public Task UpdateProfileAsync(Profile profile, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                var row = handle.Prepare(UsernameSql).Bind(profile.UserId);
                if (!row.Step())
                {
                    return false;
                }

                // The stored user name, which never changes, not the caller's.
                var username = row.Text(0);
                row.Reset();
                handle.Prepare(UpdateProfileSql).Bind(profile.DisplayName).Bind(profile.Avatar).Bind(profile.Status).Bind(profile.UserId).Execute();
                handle.Prepare(DropWordsSql).Bind(profile.UserId).Execute();
                WriteWords(handle, profile.UserId, username, profile.DisplayName);
                return true;
            },
            cancellationToken);

    public Task UpdatePasswordAsync(UserId user, string passwordHash, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => handle.Prepare(UpdatePasswordSql).Bind(passwordHash).Bind(user).ExecuteCount(), cancellationToken);

    private static void WriteWords(SqliteHandle handle, UserId user, string username, string displayName)
    {
        foreach (var word in SearchWords.Of(username, displayName))
        {
            handle.Prepare(InsertWordSql).Bind(word).Bind(username).Bind(user).Execute();
        }
    }

    private static void Read(Statement rows, List<UserRecord> found)
    {
        while (rows.Step())
        {
            found.Add(new UserRecord
            {
                Id = new UserId(rows.Long(0)),
                Username = rows.Text(1),
                DisplayName = rows.Text(2),
                PasswordHash = rows.Text(3),
                Avatar = rows.TextOrNull(4),
                Status = rows.TextOrNull(5),
                IsAdmin = rows.Bool(6),
                Disabled = rows.Bool(7),
                CreatedAt = rows.Time(8),
            });
        }
    }
}
