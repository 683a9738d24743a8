using System.Data.Common;
using MySql.Data.MySqlClient;

namespace Chat.Storage.MySql.Driver;

/// <summary>
/// All that knows the connector by name: connection strings, how a connection is made, and what its errors are called. Everything else is
/// written to <see cref="DbConnection"/>. MySql.Data 8.0.16 blocks the calling thread also in its asynchronous methods, so only the
/// synchronous ones are called, on threads of the store's own.
/// </summary>
internal static class MySqlDriver
{
    private const int FirstOfServer = 1000;

    private static readonly DbProviderFactory Factory = MySqlClientFactory.Instance;

    /// <summary>What keeps a connection string from being used; null when nothing does. Never repeats any of its values.</summary>
    public static string? BreachOf(string connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return "is missing.";
        }

        try
        {
            var parts = new MySqlConnectionStringBuilder(connectionString);
            return string.IsNullOrEmpty(parts.Server) ? "names no server."
                : !IsName(parts.Database) ? "must name a database of at most 64 letters, digits, '_', '$' and '-'."
                : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidOperationException)
        {
            return "is not understood.";
        }
    }

    /// <summary>Host and port.</summary>
    public static string AddressOf(string connectionString)
    {
        var parts = new MySqlConnectionStringBuilder(connectionString);
        return $"{parts.Server}:{parts.Port}";
    }

    /// <summary>The database's name.</summary>
    public static string DatabaseOf(string connectionString) => new MySqlConnectionStringBuilder(connectionString).Database;

    /// <summary>
    /// The string that connections are opened with. Without a database, when statements name theirs: then all databases of a server that are
    /// reached as one user share its connections.
    /// </summary>
    public static string Prepare(string connectionString, TimeSpan connectTimeout, TimeSpan commandTimeout, bool withDatabase)
    {
        var parts = new MySqlConnectionStringBuilder(connectionString)
        {
            // Connections belong to threads; a pool between them would only hide which of them are broken.
            Pooling = false,
            CharacterSet = "utf8mb4",
            UseAffectedRows = true,
            AllowBatch = true,
            AllowUserVariables = false,
            TreatTinyAsBoolean = false,
            PersistSecurityInfo = false,
            ConnectionTimeout = (uint)connectTimeout.TotalSeconds,
            DefaultCommandTimeout = (uint)commandTimeout.TotalSeconds,
        };
        if (!withDatabase)
        {
            parts.Database = "";
        }

        return parts.ConnectionString;
    }

    /// <summary>A connection that is not open yet.</summary>
    public static DbConnection Create(string connectionString)
    {
        var connection = Factory.CreateConnection()!;
        connection.ConnectionString = connectionString;
        return connection;
    }

    /// <summary>The server's number for an error; 0 when it is none of the server's.</summary>
    public static int NumberOf(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is MySqlException { Number: >= FirstOfServer } known)
            {
                return known.Number;
            }
        }

        return 0;
    }

    // Within backticks anything could stand; what people use keeps errors and logs readable.
    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= 64 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '-');
}
