namespace Chat.Storage.MySql.Driver;

/// <summary>What an error of server or connector means for the work that met it.</summary>
internal enum FaultKind
{
    /// <summary>The server answered that it will not or cannot do it (disk full, read only, a privilege missing). Nothing was written.</summary>
    Refused,

    /// <summary>Rolled back for the sake of another transaction: try again.</summary>
    Deadlock,

    /// <summary>A lock was not had in time.</summary>
    LockWait,

    /// <summary>A row with this key is there already.</summary>
    DuplicateKey,

    /// <summary>A partition came or went under the transaction's snapshot: try again.</summary>
    TableChanged,

    /// <summary>The connection is gone.</summary>
    Lost,

    /// <summary>No answer in time; the connection is gone.</summary>
    TimedOut,

    /// <summary>No connection could be opened.</summary>
    Unreachable,
}

/// <summary>An error of server or connector. Never leaves the adapter but as the inner exception of one of the ports' own.</summary>
internal sealed class MySqlFault(FaultKind kind, int number, string message, Exception? inner = null) : Exception(message, inner)
{
    // The server's numbers: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and, above 1900, also
    // https://mariadb.com/kb/en/mariadb-error-code-reference/.
    private const int CannotBeRead = 1053, DuplicateEntry = 1062, LockWaitTimeout = 1205, DeadlockFound = 1213, TableDefinitionChanged = 1412,
        UnknownPartition = 1735, ConnectionKilled = 1927, SessionKilled = 3169, IdleTooLong = 4031;

    /// <summary>What it means.</summary>
    public FaultKind Kind { get; } = kind;

    /// <summary>The server's number; 0 when the server said nothing.</summary>
    public int Number { get; } = number;

    /// <summary>Whether the work may have been committed all the same.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>Translates.</summary>
    /// <param name="fault">The connector's.</param>
    /// <param name="connectionIsOpen">Whether the connection can still be used.</param>
    /// <param name="timedOut">Whether the time allowed had run out.</param>
    /// <param name="mayHaveCommitted">Whether what was under way ends a transaction.</param>
    public static MySqlFault Of(Exception fault, bool connectionIsOpen, bool timedOut, bool mayHaveCommitted)
    {
        var number = MySqlDriver.NumberOf(fault);
        var kind = number switch
        {
            CannotBeRead or ConnectionKilled or SessionKilled or IdleTooLong => FaultKind.Lost,
            _ when !connectionIsOpen || BrokeOff(fault) => timedOut ? FaultKind.TimedOut : FaultKind.Lost,
            DuplicateEntry => FaultKind.DuplicateKey,
            LockWaitTimeout => FaultKind.LockWait,
            DeadlockFound => FaultKind.Deadlock,
            TableDefinitionChanged or UnknownPartition => FaultKind.TableChanged,
            _ => FaultKind.Refused,
        };
        return new MySqlFault(kind, number, Innermost(fault).Message, fault)
        {
            OutcomeUnknown = mayHaveCommitted && kind is FaultKind.Lost or FaultKind.TimedOut,
        };
    }

    /// <summary>The message that says why, below the connector's own wrappings.</summary>
    public static Exception Innermost(Exception fault)
    {
        while (fault is AggregateException or System.Data.Common.DbException && fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault;
    }

    // The stream broke; the connector does not always close its connection then.
    private static bool BrokeOff(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is IOException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return true;
            }
        }

        return false;
    }
}
