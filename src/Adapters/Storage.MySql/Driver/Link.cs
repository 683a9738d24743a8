using System.Data;
using System.Data.Common;
using Dapper;

namespace Chat.Storage.MySql.Driver;

/// <summary>
/// A connection, used by one thread at a time. Every error of the connector comes out as a <see cref="MySqlFault"/>. It stands in the state
/// that the store works in, whatever the server's defaults: READ COMMITTED outside of snapshots, strict, UTC, utf8mb4, with waits for locks that
/// end before the command does, and with transactions that end when nothing is heard of them: a process that stands still in the middle of
/// one, or is cut off, must not keep its rooms locked.
/// </summary>
internal sealed class Link : IDisposable
{
    // The answer of the last statement proves that those before it were carried out: a lost answer must never look like success.
    private static readonly Sql Proof = new("SELECT 1");

    /// <summary>The shortest silence, in seconds, after which a server may give up a transaction, or the connection.</summary>
    internal const int LeastSilence = 3;

    private readonly DbConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly Action<SqlBatch>? _executing;

    private Link(DbConnection connection, TimeSpan timeout, TimeProvider clock, Action<SqlBatch>? executing)
    {
        _connection = connection;
        _timeout = timeout;
        _clock = clock;
        _executing = executing;
        LastUsed = clock.GetTimestamp();
    }

    /// <summary>When it last answered.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether a transaction was begun and not ended.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen => _connection.State == ConnectionState.Open;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="MySqlFault">It could not be opened.</exception>
    public static Link Open(string connectionString, TimeSpan commandTimeout, TimeProvider clock, Action<SqlBatch>? executing = null)
    {
        var connection = MySqlDriver.Create(connectionString);
        var link = new Link(connection, commandTimeout, clock, executing);
        try
        {
            connection.Open();
            var lockWait = Math.Max(1, (long)commandTimeout.TotalSeconds / 2);
            var silence = Math.Max(LeastSilence, (long)commandTimeout.TotalSeconds);

            // The connector asks for texts in their columns' own character sets, and loses its place at those that it does not know by name.
            link.Execute(
                "SET NAMES utf8mb4; SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', " +
                $"innodb_lock_wait_timeout = {lockWait}, lock_wait_timeout = {lockWait}, " +
                $"{Dialect.OfAnyAge(connection.ServerVersion).IdleTransactionLimit} = {silence}; " +
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
            return link;
        }
        catch (Exception fault)
        {
            link.Dispose();
            throw new MySqlFault(FaultKind.Unreachable, MySqlDriver.NumberOf(fault), MySqlFault.Innermost(fault).Message, fault);
        }
    }

    /// <summary>Sends a batch and reads its answers.</summary>
    public T Query<T>(SqlBatch batch, Func<Rows, T> read) =>
        Call(mayCommit: false, () => Read(batch, read));

    /// <summary>Begins a transaction with a batch that locks and reads what it is about.</summary>
    public T Begin<T>(SqlBatch batch, Func<Rows, T> read)
    {
        InTransaction = true;
        return Query(batch, read);
    }

    /// <summary>Begins a transaction.</summary>
    public void Begin()
    {
        InTransaction = true;
        Execute("START TRANSACTION");
    }

    /// <summary>Sends a batch of writes in the middle of a transaction.</summary>
    public void Run(SqlBatch batch) => RunToItsProof(batch, mayCommit: false);

    /// <summary>Sends the last writes of a transaction and commits it, in one round trip.</summary>
    public void Commit(SqlBatch batch)
    {
        RunToItsProof(batch.Add(new Sql("COMMIT")), mayCommit: true);
        InTransaction = false;
    }

    /// <summary>As <see cref="Commit(SqlBatch)"/>, for a batch that also answers something.</summary>
    public T Commit<T>(SqlBatch batch, Func<Rows, T> read)
    {
        batch.Add(new Sql("COMMIT")).Add(Proof);
        var answer = Call(mayCommit: true, () => Read(batch, rows =>
        {
            var value = read(rows);
            rows.Next();
            Prove(rows);
            return value;
        }));
        InTransaction = false;
        return answer;
    }

    /// <summary>Commits the transaction.</summary>
    public void Commit() => Commit(new SqlBatch());

    /// <summary>Ends a transaction that only read, or takes back one that wrote. Faults are of no interest: the connection is dropped then.</summary>
    public bool TryRollback()
    {
        try
        {
            Execute("ROLLBACK");
            InTransaction = false;
            return IsOpen;
        }
        catch (MySqlFault)
        {
            return false;
        }
    }

    /// <summary>Gives a lock of the server's back; it also ends with the connection.</summary>
    public void TryReleaseLock(string name)
    {
        try
        {
            Query<long?>("SELECT RELEASE_LOCK(@name)", new { name });
        }
        catch (MySqlFault)
        {
            // Nothing to be done, and nothing left to do: the caller closes the connection.
        }
    }

    /// <summary>Whether the server still answers.</summary>
    public bool TryPing()
    {
        try
        {
            RunToItsProof(new SqlBatch(), mayCommit: false);
            return true;
        }
        catch (MySqlFault)
        {
            return false;
        }
    }

    /// <summary>Rows of one statement, mapped by column name.</summary>
    public IReadOnlyList<T> Query<T>(string sql, object? values = null) =>
        Call(mayCommit: false, () => _connection.Query<T>(sql, values).AsList());

    /// <summary>Runs statements; answers how many rows they changed. Outside of a transaction each commits by itself.</summary>
    public int Execute(string sql, object? values = null) => Call(mayCommit: !InTransaction, () => _connection.Execute(sql, values));

    public void Dispose()
    {
        try
        {
            _connection.Dispose();
        }
        catch (Exception fault) when (fault is DbException or IOException or InvalidOperationException or NullReferenceException)
        {
            // It is given up; what closing it thinks of that is of no use to anybody.
        }
    }

    private void RunToItsProof(SqlBatch batch, bool mayCommit)
    {
        batch.Add(Proof);
        Call(mayCommit, () => Read(batch, rows =>
        {
            Prove(rows);
            return true;
        }));
    }

    private static void Prove(Rows rows)
    {
        if (!rows.Step())
        {
            throw new InvalidDataException("The server did not answer the last statement.");
        }
    }

    private T Read<T>(SqlBatch batch, Func<Rows, T> read)
    {
        using var command = Command(batch);
        using var reader = command.ExecuteReader();
        var value = read(new Rows(reader));

        // Closing a reader hides what goes wrong after its last answer.
        while (reader.NextResult())
        {
        }

        return value;
    }

    private DbCommand Command(SqlBatch batch)
    {
        _executing?.Invoke(batch);
        var command = _connection.CreateCommand();
        batch.Fill(command);
        return command;
    }

    private T Call<T>(bool mayCommit, Func<T> call)
    {
        var started = _clock.GetTimestamp();
        try
        {
            var answer = call();
            LastUsed = _clock.GetTimestamp();
            return answer;
        }
        catch (Exception fault) when (fault is DbException or IOException or TimeoutException or InvalidOperationException || !IsOpen)
        {
            // A connector that lost its stream also throws what it stumbled over then, NullReferenceException included.
            throw MySqlFault.Of(fault, IsOpen, _clock.GetElapsedTime(started) >= _timeout * 0.9, mayCommit);
        }
    }
}
