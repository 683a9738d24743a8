using System.Security.Cryptography;
using System.Text;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Schema;

/// <summary>
/// Brings a database to the schema of this build. A change of the schema commits by itself, so steps cannot be taken back: instead every
/// statement of them may run again, and a step is recorded after its last one. A lock of the server's lets one process at a time do it.
/// </summary>
internal static class Migrator
{
    // A step on large tables may take hours; who waits for it asks again and again.
    private const int LockSeconds = 2;
    private const int MostOfName = 40;
    private static readonly TimeSpan StepTimeout = TimeSpan.FromHours(12);


    /// <summary>Makes the database, if it is missing, and applies what is missing in it.</summary>
    /// <exception cref="MySqlSchemaException">It was written by a newer build, or an applied step has changed since.</exception>
    /// <exception cref="MySqlFault">The server refused, or does not answer.</exception>
    public static void Apply(string connectionString, MySqlStorageOptions options, IReadOnlyList<Migration> migrations, TimeProvider clock)
    {
        var database = MySqlDriver.DatabaseOf(connectionString);
        using var link = Open(connectionString, database, options, clock);
        var version = link.Query<string>("SELECT VERSION()")[0];
        var dialect = Dialect.Of(version)
            ?? throw new MySqlSchemaException(
                $"{MySqlDriver.AddressOf(connectionString)} is {version}; MySQL 8.0 or MariaDB 10.6 is needed, or newer.");
        var name = LockName(database);
        while (link.Query<long?>("SELECT GET_LOCK(@name, @seconds)", new { name, seconds = LockSeconds })[0] != 1)
        {
        }

        try
        {
            ApplyLocked(link, database, dialect, migrations, clock);
        }
        finally
        {
            link.TryReleaseLock(name);
        }
    }

    /// <summary>Locks are the whole server's and their names short.</summary>
    public static string LockName(string database, string what = "schema") =>
        $"chat:{what}:{(database.Length <= MostOfName ? database : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..MostOfName])}";

    private static Link Open(string connectionString, string database, MySqlStorageOptions options, TimeProvider clock)
    {
        const int UnknownDatabase = 1049;
        try
        {
            return Link.Open(MySqlDriver.Prepare(connectionString, options.ConnectTimeout, StepTimeout, withDatabase: true), StepTimeout, clock);
        }
        catch (MySqlFault fault) when (fault.Number == UnknownDatabase)
        {
            using var link = Link.Open(MySqlDriver.Prepare(connectionString, options.ConnectTimeout, StepTimeout, withDatabase: false), StepTimeout, clock);
            link.Execute($"CREATE DATABASE IF NOT EXISTS `{database}` CHARACTER SET utf8mb4");
            return Link.Open(MySqlDriver.Prepare(connectionString, options.ConnectTimeout, StepTimeout, withDatabase: true), StepTimeout, clock);
        }
    }

    private static void ApplyLocked(Link link, string database, Dialect dialect, IReadOnlyList<Migration> migrations, TimeProvider clock)
    {
        link.Execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (service VARCHAR(16) NOT NULL, number INT NOT NULL, name VARCHAR(191) NOT NULL, " +
            "checksum CHAR(64) NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (service, number)) ENGINE = InnoDB");
        foreach (var service in migrations.GroupBy(m => m.Service))
        {
            var name = service.Key.ToString().ToLowerInvariant();
            var applied = link.Query<Applied>("SELECT number AS Number, name AS Name, checksum AS Checksum FROM schema_migrations WHERE service = @name", new { name })
                .ToDictionary(a => a.Number);
            Check(database, name, applied, [.. service]);
            foreach (var migration in service.Where(m => !applied.ContainsKey(m.Number)))
            {
                foreach (var statement in migration.Statements)
                {
                    link.Execute(statement.Replace("{bin}", dialect.BinaryCollation, StringComparison.Ordinal));
                }

                link.Execute(
                    "INSERT INTO schema_migrations (service, number, name, checksum, applied_at) VALUES (@kind, @Number, @Name, @Checksum, @now)",
                    new { kind = name, migration.Number, migration.Name, migration.Checksum, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
            }
        }
    }

    private static void Check(string database, string service, Dictionary<int, Applied> applied, List<Migration> migrations)
    {
        var newest = migrations[^1].Number;
        if (applied.Count > 0 && applied.Keys.Max() > newest)
        {
            throw new MySqlSchemaException(
                $"Database {database} has schema {applied.Keys.Max()} of {service}, this build knows schemas up to {newest}. " +
                "Start the newer build, or restore a backup made before it ran.");
        }

        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var before) && before.Checksum != migration.Checksum)
            {
                throw new MySqlSchemaException(
                    $"Schema step {before.Name} of {service} was applied to database {database} with other contents than " +
                    $"{migration.Name} has in this " +
                    "build. Applied steps never change: add a new one.");
            }
        }
    }

    private sealed class Applied
    {
        public int Number { get; init; }

        public string Name { get; init; } = "";

        public string Checksum { get; init; } = "";
    }
}
