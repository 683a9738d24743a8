using System.Buffers;
using System.Text;
using Chat.Contracts;
using SQLitePCL;

namespace Chat.Storage.Sqlite;

/// <summary>
/// A prepared statement. Values are bound in the order of its question marks, then it is executed, or stepped through row by row and reset.
/// Used by one thread at a time, like the handle that it belongs to.
/// </summary>
internal sealed class Statement : IDisposable
{
    private const int StackBytes = 1024;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        // PREPARE_PERSISTENT: kept for the handle's life.
        var result = raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement);
        if (result != raw.SQLITE_OK)
        {
            throw SqliteHandle.Fault(database, result);
        }
    }

    /// <summary>Makes it ready for the next use, also when the last one broke off.</summary>
    public Statement Begin()
    {
        Reset();
        _bound = 0;
        return this;
    }

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(bool? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(DateTimeOffset value) => Bind(value.ToUnixTimeMilliseconds());

    public Statement Bind(DateTimeOffset? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(UserId value) => Bind(value.Value);

    public Statement Bind(RoomId value) => Bind(value.Value);

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        if (value.Length == 0)
        {
            // An empty span would be bound as NULL.
            Check(raw.sqlite3_bind_text(_statement, ++_bound, string.Empty));
            return this;
        }

        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = most > StackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[StackBytes];
        var length = Encoding.UTF8.GetBytes(value, bytes);
        var result = raw.sqlite3_bind_text(_statement, ++_bound, bytes[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        Check(result);
        return this;
    }

    /// <summary>Binds the end of a range of texts that start with the prefix: no UTF-8 text sorts above the byte 255.</summary>
    public Statement BindEndOfPrefix(string prefix)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(prefix) + 1];
        Encoding.UTF8.GetBytes(prefix, bytes);
        bytes[^1] = 0xFF;
        Check(raw.sqlite3_bind_text(_statement, ++_bound, bytes));
        return this;
    }

    public Statement BindBlob(byte[]? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        Check(raw.sqlite3_bind_blob(_statement, ++_bound, value));
        return this;
    }

    public Statement BindNull()
    {
        Check(raw.sqlite3_bind_null(_statement, ++_bound));
        return this;
    }

    /// <summary>Goes to the next row; false, and the statement reset, when there is none.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Finish(result);
        return false;
    }

    /// <summary>Runs it to its end.</summary>
    public void Execute()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs it to its end and answers how many rows it changed.</summary>
    public int ExecuteCount()
    {
        Execute();
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs it and answers the first column of its first row; null when there is no row or no value.</summary>
    public long? ExecuteLong()
    {
        if (!Step())
        {
            return null;
        }

        var value = LongOrNull(0);
        Reset();
        return value;
    }

    /// <summary>Ends it before its last row.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int(int column) => raw.sqlite3_column_int(_statement, column);

    public bool Bool(int column) => raw.sqlite3_column_int(_statement, column) != 0;

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public bool? BoolOrNull(int column) => IsNull(column) ? null : Bool(column);

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    /// <summary>The value's bytes, for text its UTF-8; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    // Read by length, not to the first zero, so that whatever was bound comes back.
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => _statement.Dispose();

    private void Finish(int result)
    {
        if (result == raw.SQLITE_DONE)
        {
            Reset();
            return;
        }

        // The message belongs to the handle's last error: taken before the reset.
        var fault = SqliteHandle.Fault(_database, result);
        Reset();
        throw fault;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw SqliteHandle.Fault(_database, result);
        }
    }
}
