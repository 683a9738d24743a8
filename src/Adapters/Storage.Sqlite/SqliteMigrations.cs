using System.Reflection;
using System.Security.Cryptography;

namespace Chat.Storage.Sqlite;

/// <summary>One numbered step of the schema.</summary>
internal sealed record SqliteMigration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, so that a changed file is noticed.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Those of this build, in order: the embedded files <c>Migrations/NNNN_what.sql</c>.</summary>
    public static IReadOnlyList<SqliteMigration> OfThisBuild()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new List<SqliteMigration>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            migrations.Add(new SqliteMigration(int.Parse(name.AsSpan(0, 4)), Path.GetFileNameWithoutExtension(name), reader.ReadToEnd()));
        }

        return migrations;
    }
}

/// <summary>
/// Brings a file to the schema of this build. Every step runs in the transaction that records it, under the file's write lock, so that any
/// number of processes may start on one file at once and each step happens once.
/// </summary>
internal static class SqliteMigrations
{
    /// <summary>Applies what is missing.</summary>
    /// <exception cref="SqliteSchemaException">The file was written by a newer build, or an applied step has changed since.</exception>
    /// <exception cref="SqliteFault">SQLite refused.</exception>
    public static void Apply(SqliteHandle handle, IReadOnlyList<SqliteMigration> migrations, TimeProvider clock)
    {
        handle.Run("BEGIN IMMEDIATE");
        try
        {
            handle.Run("CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)");
            var applied = Applied(handle);
            Check(applied, migrations);
            foreach (var migration in migrations.Where(m => !applied.ContainsKey(m.Number)))
            {
                handle.Run(migration.Sql);
                handle.Prepare("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)")
                    .Bind(migration.Number).Bind(migration.Name).Bind(migration.Checksum).Bind(clock.GetUtcNow()).Execute();
            }

            handle.Run("COMMIT");
        }
        catch
        {
            if (handle.InTransaction)
            {
                handle.Run("ROLLBACK");
            }

            throw;
        }
    }

    private static Dictionary<int, (string Name, string Checksum)> Applied(SqliteHandle handle)
    {
        var applied = new Dictionary<int, (string, string)>();
        var rows = handle.Prepare("SELECT number, name, checksum FROM schema_migrations");
        while (rows.Step())
        {
            applied.Add(rows.Int(0), (rows.Text(1), rows.Text(2)));
        }

        return applied;
    }

    private static void Check(Dictionary<int, (string Name, string Checksum)> applied, IReadOnlyList<SqliteMigration> migrations)
    {
        var newest = migrations[^1].Number;
        if (applied.Count > 0 && applied.Keys.Max() > newest)
        {
            throw new SqliteSchemaException(
                $"The file has schema {applied.Keys.Max()}, this build knows schemas up to {newest}. Start the newer build, or restore a backup made before it ran.");
        }

        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var before) && before.Checksum != migration.Checksum)
            {
                throw new SqliteSchemaException(
                    $"Schema step {before.Name} was applied to the file with other contents than {migration.Name} has in this build. Applied steps never change: add a new one.");
            }
        }
    }
}

/// <summary>The file and this build do not fit together; starting again does not help.</summary>
public sealed class SqliteSchemaException(string message) : Exception(message);
