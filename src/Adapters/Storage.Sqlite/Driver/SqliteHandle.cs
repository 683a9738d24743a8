using SQLitePCL;

namespace Chat.Storage.Sqlite;

/// <summary>
/// An open handle on the database file with its prepared statements. Not thread safe: one thread at a time. Written on SQLite's own C API
/// rather than ADO.NET: the same prepared insert takes 1.6 times as long there and allocates 1.2 KB (benchmarks/README.md, "The driver").
/// </summary>
internal sealed class SqliteHandle : IDisposable
{
    private readonly sqlite3 _database;

    // Keyed by reference: every statement is a constant.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    private SqliteHandle(sqlite3 database)
    {
        _database = database;
    }

    /// <summary>Whether a transaction is open. SQLite ends one by itself after some errors.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>The statements prepared so far; a test reads their query plans.</summary>
    public IEnumerable<string> Prepared => _statements.Keys;

    /// <summary>Opens the file.</summary>
    /// <exception cref="SqliteFault">It cannot be opened, or is no database.</exception>
    public static SqliteHandle Open(string path, bool readOnly, TimeSpan busyTimeout, int cacheKibibytes)
    {
        var mode = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var result = raw.sqlite3_open_v2(path, out var database, mode | raw.SQLITE_OPEN_NOMUTEX, vfs: null);
        if (result != raw.SQLITE_OK)
        {
            var fault = Fault(database, result);
            database.Dispose();
            throw fault;
        }

        var handle = new SqliteHandle(database);
        try
        {
            _ = raw.sqlite3_extended_result_codes(database, 1);
            _ = raw.sqlite3_busy_timeout(database, (int)busyTimeout.TotalMilliseconds);
            // No memory map: an I/O error on one is a signal that kills the process, not an answer.
            handle.Run($"PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -{cacheKibibytes}");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The prepared statement of a constant text, ready for use.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new Statement(_database, sql);
            _statements.Add(sql, statement);
        }

        return statement.Begin();
    }

    /// <summary>Ends every statement that broke off, so that none holds on to a snapshot.</summary>
    public void ResetAll()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Run(string sql)
    {
        var result = raw.sqlite3_exec(_database, sql, out _);
        if (result != raw.SQLITE_OK)
        {
            throw Fault(_database, result);
        }
    }

    /// <summary>The first value of a statement that is not worth keeping, as text; null when there is none.</summary>
    public string? Scalar(string sql)
    {
        using var statement = new Statement(_database, sql);
        var value = statement.Step() ? statement.TextOrNull(0) : null;
        statement.Reset();
        return value;
    }

    public static SqliteFault Fault(sqlite3 database, int result) =>
        new(result, raw.sqlite3_errmsg(database).utf8_to_string() ?? raw.sqlite3_errstr(result).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _database.Dispose();
    }
}
