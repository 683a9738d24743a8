namespace Chat.Storage.MySql.Driver;

/// <summary>Where MySQL 8 and MariaDB 10.6 and later go separate ways.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="BinaryCollation">
/// Of keys: compares code points, and takes blanks at the end for what they are. MySQL's <c>utf8mb4_bin</c> does not: it pads.
/// </param>
internal sealed record Dialect(string Name, string BinaryCollation)
{
    private const int LeastMySqlMajor = 8, LeastMariaDbMajor = 10, LeastMariaDbMinor = 6;

    /// <summary>https://dev.mysql.com/doc/refman/8.0/en/charset-unicode-sets.html</summary>
    public static Dialect MySql { get; } = new("MySQL", "utf8mb4_0900_bin");

    /// <summary>https://mariadb.com/kb/en/supported-character-sets-and-collations/</summary>
    public static Dialect MariaDb { get; } = new("MariaDB", "utf8mb4_nopad_bin");

    /// <summary>The dialect of a server by what it answers to <c>SELECT VERSION()</c>; null when it is too old.</summary>
    public static Dialect? Of(string version)
    {
        var isMariaDb = version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        var numbers = version.Split('.', '-');
        if (numbers.Length < 2 || !int.TryParse(numbers[0], out var major) || !int.TryParse(numbers[1], out var minor))
        {
            return null;
        }

        return isMariaDb
            ? (major, minor).CompareTo((LeastMariaDbMajor, LeastMariaDbMinor)) >= 0 ? MariaDb : null
            : major >= LeastMySqlMajor ? MySql : null;
    }
}
