using SQLitePCL;

namespace Chat.Storage.Sqlite;

/// <summary>
/// SQLite answered with an error. Never leaves this assembly: the writer and the readers turn it into a StoreUnavailableException.
/// </summary>
internal sealed class SqliteFault(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>The primary result code (https://sqlite.org/rescode.html).</summary>
    public int Code { get; } = code & 0xff;

    /// <summary>Whether the handle is as good as before: no space and locks are conditions of the world, not of the handle.</summary>
    public bool LeavesHandleUsable => Code is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CONSTRAINT;
}
