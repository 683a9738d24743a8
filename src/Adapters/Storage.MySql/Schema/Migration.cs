using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Storage.MySql.Schema;

/// <summary>What a database is for. Each has its own schema and its own numbered steps.</summary>
internal enum Service
{
    Users,
    Rooms,
    Messages,
}

/// <summary>One numbered step of a schema.</summary>
internal sealed record Migration(Service Service, int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, so that a changed file is noticed.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>
    /// The statements. They are told apart by a semicolon at the end of a line, which no step has anywhere else.
    /// </summary>
    public IEnumerable<string> Statements =>
        Sql.ReplaceLineEndings("\n").Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Those of this build, in order: the embedded files <c>Migrations/service/NNNN_what.sql</c>.</summary>
    public static IReadOnlyList<Migration> OfThisBuild()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new List<Migration>();
        foreach (var path in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(path)!;
            using var reader = new StreamReader(stream);
            var parts = path.Split('/', '\\');
            var service = Enum.Parse<Service>(parts[^2], ignoreCase: true);
            migrations.Add(new Migration(service, int.Parse(parts[^1].AsSpan(0, 4)), Path.GetFileNameWithoutExtension(parts[^1]), reader.ReadToEnd()));
        }

        return migrations;
    }
}

/// <summary>A database and this build do not fit together; starting again does not help.</summary>
public sealed class MySqlSchemaException(string message) : Exception(message);
