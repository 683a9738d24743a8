using Chat.Abstractions;
using Chat.Storage.MySql.Schema;

namespace Chat.Storage.MySql;

/// <summary>The keys of access tokens, where logical shard 0 of the users is.</summary>
internal sealed class MySqlProtectionKeys(MySqlStore store) : IProtectionKeys
{
    private const int LockSeconds = 3;

    private readonly string _lock = Migrator.LockName(store.Map.First.Users.Name, "keys");
    private readonly string _readSql = $"SELECT name AS Name, xml AS Xml FROM `{store.Map.First.Users.Name}`.protection_keys";
    private readonly string _namesSql = $"SELECT name FROM `{store.Map.First.Users.Name}`.protection_keys";

    private readonly string _insertSql =
        $"INSERT INTO `{store.Map.First.Users.Name}`.protection_keys (name, xml) VALUES (@Name, @Xml) ON DUPLICATE KEY UPDATE name " +
        $"= VALUES(name)";

    public Task<IReadOnlyList<ProtectionKey>> ReadAsync(CancellationToken cancellationToken = default) =>
        store.Map.First.Server.ReadAsync(link => link.Query<ProtectionKey>(_readSql), cancellationToken);

    public Task AddAsync(ProtectionKey key, CancellationToken cancellationToken = default) =>
        store.Map.First.Server.WriteAsync((link, _) => link.Execute(_insertSql, key), repeatable: true, cancellationToken);

    public Task<bool> AddFirstAsync(ProtectionKey key, CancellationToken cancellationToken = default) =>
        store.Map.First.Server.WriteAsync(
            (link, attempt) =>
            {
                if (link.Query<long?>("SELECT GET_LOCK(@_lock, @LockSeconds)", new { _lock, LockSeconds })[0] != 1)
                {
                    throw new StoreUnavailableException("Another process adds the first key, and does not get done.");
                }

                try
                {
                    var names = link.Query<string>(_namesSql);
                    if (names.Count > 0)
                    {
                        return attempt > 1 && names is [var only] && only == key.Name;
                    }

                    link.Execute(_insertSql, key);
                    return true;
                }
                finally
                {
                    link.TryReleaseLock(_lock);
                }
            },
            repeatable: true,
            cancellationToken);
}
