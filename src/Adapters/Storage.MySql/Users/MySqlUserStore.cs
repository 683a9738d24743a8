using System.Text;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Users;

/// <summary>Users, each on the shard of their user name, which is also that of their id (<see cref="Placement"/>).</summary>
internal sealed class MySqlUserStore(MySqlStore store) : IUserStore
{
    private const int MostOfWord = 191;

    private const string Columns =
        "u.id AS Id, u.username AS Username, u.display_name AS DisplayName, u.password_hash AS PasswordHash, u.avatar AS Avatar, u.status AS Status, " +
        "u.is_admin AS IsAdmin, u.disabled AS Disabled, u.created_at AS CreatedAt";

    public Task<bool> CreateAsync(UserRecord user, CancellationToken cancellationToken = default)
    {
        if (LogicalShards.Of(user.Id) != LogicalShards.OfKey(user.Username))
        {
            return Task.FromException<bool>(new ArgumentException(
                $"User {user.Id} is not on the shard of the user name {user.Username}.", nameof(user)));
        }

        var (server, db) = store.Map.Of(user.Id);
        return server.WriteAsync(
            (link, attempt) =>
            {
                link.Begin();
                try
                {
                    link.Execute(
                        $"INSERT INTO `{db.Name}`.users (id, username, display_name, password_hash, avatar, status, is_admin, " +
                        $"disabled, created_at) " +
                        "VALUES (@Id, @Username, @DisplayName, @PasswordHash, @Avatar, @Status, @IsAdmin, @Disabled, @CreatedAt)",
                        UserRow.Of(user));
                }
                catch (MySqlFault fault) when (fault.Kind is FaultKind.DuplicateKey)
                {
                    // An id is drawn for one sign-up: after a lost answer, the row that has it is the one written then.
                    var there = link.Query<long>($"SELECT id FROM `{db.Name}`.users WHERE username = @Username", new { user.Username });
                    return attempt > 1 && there is [var id] && id == user.Id.Value;
                }

                WriteWords(link, db, user.Id, user.Username, user.DisplayName);
                link.Commit();
                return true;
            },
            repeatable: true,
            cancellationToken);
    }

    public async Task<IReadOnlyList<UserRecord>> GetAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default)
    {
        var reads = users.Distinct().GroupBy(store.Map.Of).Select(shard => ReadAsync(
            shard.Key,
            $"SELECT {Columns} FROM `{shard.Key.Users.Name}`.users u WHERE u.id IN @ids",
            new { ids = shard.Select(user => user.Value).ToArray() },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(found => found)];
    }

    public async Task<IReadOnlyList<UserRecord>> FindByNameAsync(
        IReadOnlyCollection<string> usernames, CancellationToken cancellationToken = default)
    {
        var reads = usernames.Distinct(StringComparer.Ordinal).GroupBy(store.Map.OfUsername).Select(shard => ReadAsync(
            shard.Key,
            $"SELECT {Columns} FROM `{shard.Key.Users.Name}`.users u WHERE u.username IN @names",
            new { names = shard.ToArray() },
            cancellationToken));
        return [.. (await Task.WhenAll(reads)).SelectMany(found => found)];
    }

    public async Task<IReadOnlyList<UserRecord>> SearchAsync(
        string prefix, string after, int limit, CancellationToken cancellationToken = default)
    {
        var folded = SearchWords.Fold(prefix);
        var from = Cut(folded);
        var reads = store.Map.UserShards.Select(shard =>
        {
            var db = $"`{shard.Users.Name}`";
            return folded.Length == 0
                ? ReadAsync(
                    shard,
                    $"SELECT {Columns} FROM {db}.users u WHERE u.username > @after ORDER BY u.username LIMIT @limit",
                    new { after, limit },
                    cancellationToken)
                : ReadAsync(
                    shard,
                    $"SELECT {Columns} FROM (SELECT DISTINCT username FROM {db}.user_words WHERE word >= @from " +
                    "AND (@to IS NULL OR word < @to) AND username > @after " +
                    $"ORDER BY username LIMIT @limit) found JOIN {db}.users u ON u.username = found.username ORDER BY u.username",
                    new { from, to = EndOf(from), after, limit },
                    cancellationToken);
        });
        var found = (await Task.WhenAll(reads)).SelectMany(users => users);

        // A prefix that is longer than what is kept of a word is compared to its end here.
        return
        [
            .. found.Where(u => from.Length == folded.Length || SearchWords.Of(u.Username, u.DisplayName).Any(w => w.StartsWith(folded, StringComparison.Ordinal)))
                .OrderBy(u => u.Username, CodePoints).Take(limit),
        ];
    }

    public Task UpdateProfileAsync(Profile profile, CancellationToken cancellationToken = default)
    {
        var (server, db) = store.Map.Of(profile.UserId);
        return server.WriteAsync(
            (link, _) =>
            {
                link.Begin();

                // The stored user name, which never changes, not the caller's. Locked, so that of two changes the words are one's.
                var id = profile.UserId.Value;
                if (link.Query<string>(
                    $"SELECT username FROM `{db.Name}`.users WHERE id = @id FOR UPDATE", new { id }) is not [var username])
                {
                    return false;
                }

                link.Execute(
                    $"UPDATE `{db.Name}`.users SET display_name = @DisplayName, avatar = @Avatar, status = @Status WHERE id = @id; " +
                    $"DELETE FROM `{db.Name}`.user_words WHERE user_id = @id",
                    new { profile.DisplayName, profile.Avatar, profile.Status, id });
                WriteWords(link, db, profile.UserId, username, profile.DisplayName);
                link.Commit();
                return true;
            },
            repeatable: true,
            cancellationToken);
    }

    public Task UpdatePasswordAsync(UserId user, string passwordHash, CancellationToken cancellationToken = default)
    {
        var (server, db) = store.Map.Of(user);
        return server.WriteAsync(
            (link, _) => link.Execute(
                $"UPDATE `{db.Name}`.users SET password_hash = @passwordHash WHERE id = @id", new { passwordHash, id = user.Value }),
            repeatable: true,
            cancellationToken);
    }

    /// <summary>The order of the collation of keys: code points, which UTF-8 keeps and UTF-16 does not.</summary>
    private static Comparer<string> CodePoints { get; } =
        Comparer<string>.Create((x, y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)));

    private static void WriteWords(Link link, Db db, UserId user, string username, string displayName)
    {
        var batch = new SqlBatch();
        var rows = batch.AddRows($"INSERT INTO {db}.user_words (word, username, user_id) VALUES");
        foreach (var word in SearchWords.Of(username, displayName).Select(Cut).Distinct(StringComparer.Ordinal))
        {
            rows.Add($"({word}, {username}, {user})");
        }

        link.Run(batch);
    }

    /// <summary>What an index takes of a word.</summary>
    private static string Cut(string word)
    {
        if (word.Length <= MostOfWord)
        {
            return word;
        }

        var cut = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes().Take(MostOfWord))
        {
            cut.Append(rune);
        }

        return cut.ToString();
    }

    /// <summary>The first text above all that begin with the prefix: its last code point that has a next one, made that next one; null for none.</summary>
    private static string? EndOf(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0)
        {
            var next = runes[^1].Value + 1;
            runes.RemoveAt(runes.Count - 1);
            if (next <= 0x10FFFF)
            {
                runes.Add(new Rune(next is >= 0xD800 and <= 0xDFFF ? 0xE000 : next));
                return string.Concat(runes);
            }
        }

        return null;
    }

    private static async Task<IEnumerable<UserRecord>> ReadAsync(UserShard shard, string sql, object values, CancellationToken cancellationToken) =>
        (await shard.Server.ReadAsync(link => link.Query<UserRow>(sql, values), cancellationToken)).Select(row => row.ToRecord());

    private sealed class UserRow
    {
        public long Id { get; init; }

        public string Username { get; init; } = "";

        public string DisplayName { get; init; } = "";

        public string PasswordHash { get; init; } = "";

        public string? Avatar { get; init; }

        public string? Status { get; init; }

        public bool IsAdmin { get; init; }

        public bool Disabled { get; init; }

        public long CreatedAt { get; init; }

        public static UserRow Of(UserRecord user) =>
            new()
            {
                Id = user.Id.Value,
                Username = user.Username,
                DisplayName = user.DisplayName,
                PasswordHash = user.PasswordHash,
                Avatar = user.Avatar,
                Status = user.Status,
                IsAdmin = user.IsAdmin,
                Disabled = user.Disabled,
                CreatedAt = user.CreatedAt.ToUnixTimeMilliseconds(),
            };

        public UserRecord ToRecord() =>
            new()
            {
                Id = new UserId(Id),
                Username = Username,
                DisplayName = DisplayName,
                PasswordHash = PasswordHash,
                Avatar = Avatar,
                Status = Status,
                IsAdmin = IsAdmin,
                Disabled = Disabled,
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            };
    }
}
