namespace Chat.Cli;

/// <summary>What the program ends with. Scripts decide on these numbers: they are never given another meaning.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Something that should not happen: a disk that is full, an answer that is none of a chat server's.</summary>
    Unexpected = 1,

    /// <summary>The command line is wrong, or names more than one room.</summary>
    Usage = 2,

    /// <summary>Nobody is signed in, the session is over, or the password is wrong.</summary>
    SignedOut = 3,

    /// <summary>The server said no, and will say no again.</summary>
    Refused = 4,

    /// <summary>There is no such room, user or message for this user.</summary>
    NotFound = 5,

    /// <summary>The server was not reached, did not answer in time, or said to try again later.</summary>
    Unreachable = 6,

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    Interrupted = 130,

    /// <summary>Ended by SIGTERM before it was done.</summary>
    Terminated = 143,
}
