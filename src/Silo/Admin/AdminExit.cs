namespace Chat.Silo.Admin;

/// <summary>What chat-admin ends with. Scripts decide on these numbers: they are never given another meaning.</summary>
internal enum AdminExit
{
    /// <summary>Done; all that was checked agrees.</summary>
    Done = 0,

    /// <summary>Something does not agree; it was listed.</summary>
    Disagrees = 1,

    /// <summary>The command line or the configuration is wrong.</summary>
    Usage = 2,

    /// <summary>The store said no, and will say no again: another schema, a room that others write to.</summary>
    Refused = 4,

    /// <summary>There is no such room or user.</summary>
    NotFound = 5,

    /// <summary>A server does not answer, or refused: the same command may succeed later.</summary>
    Unavailable = 6,

    /// <summary>Something that should not happen.</summary>
    Unexpected = 7,

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    Interrupted = 130,

    /// <summary>Ended by SIGTERM before it was done.</summary>
    Terminated = 143,
}

/// <summary>A command cannot go on; what it says is all there is to say.</summary>
internal sealed class AdminException(AdminExit exit, string sentence) : Exception(sentence)
{
    /// <summary>What the program ends with.</summary>
    public AdminExit Exit => exit;

    /// <summary>The command line is wrong.</summary>
    public static AdminException Usage(string sentence) => new(AdminExit.Usage, sentence);
}
