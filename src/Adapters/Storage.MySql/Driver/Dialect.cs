namespace Chat.Storage.MySql.Driver;

/// <summary>Where MySQL 8 and MariaDB 10.6 and later go separate ways.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="BinaryCollation">
/// Of keys: compares code points, and takes blanks at the end for what they are. MySQL's <c>utf8mb4_bin</c> does not: it pads.
/// </param>
/// <param name="IdleTransactionLimit">
/// The session's setting of whole seconds after which the server gives up a transaction whose client says nothing, and so its locks. MySQL
/// has none for transactions alone: it closes connections that are idle, which are opened again when they are needed.
/// </param>
internal sealed record Dialect(string Name, string BinaryCollation, string IdleTransactionLimit)
{
    // The first with the collation; the first with SKIP LOCKED.
    private static readonly (int, int, int) LeastMySql = (8, 0, 17), LeastMariaDb = (10, 6, 0);

    /// <summary>
    /// https://dev.mysql.com/doc/refman/8.0/en/charset-unicode-sets.html,
    /// https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html#sysvar_wait_timeout
    /// </summary>
    public static Dialect MySql { get; } = new("MySQL", "utf8mb4_0900_bin", "wait_timeout");

    /// <summary>
    /// https://mariadb.com/kb/en/supported-character-sets-and-collations/, https://mariadb.com/kb/en/transaction-timeouts/
    /// </summary>
    public static Dialect MariaDb { get; } = new("MariaDB", "utf8mb4_nopad_bin", "idle_transaction_timeout");

    /// <summary>The dialect of a server by what it answers to <c>SELECT VERSION()</c>; null when it is too old.</summary>
    public static Dialect? Of(string version)
    {
        var dialect = OfAnyAge(version);
        var numbers = version.Split('.', '-');
        if (numbers.Length < 3 || !int.TryParse(numbers[0], out var major) || !int.TryParse(numbers[1], out var minor)
            || !int.TryParse(numbers[2], out var patch))
        {
            return null;
        }

        return (major, minor, patch).CompareTo(dialect == MariaDb ? LeastMariaDb : LeastMySql) < 0 ? null : dialect;
    }

    /// <summary>
    /// The dialect by what a server says when it is connected to, where MariaDB puts another number before its own.
    /// </summary>
    public static Dialect OfAnyAge(string version) => version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? MariaDb : MySql;
}
