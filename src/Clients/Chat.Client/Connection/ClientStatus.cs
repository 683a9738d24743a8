namespace Chat.Client;

/// <summary>What a client's connection is doing.</summary>
public enum ClientState
{
    /// <summary>Not started: no connection is wanted yet.</summary>
    NotStarted = 0,

    /// <summary>It connects.</summary>
    Connecting = 1,

    /// <summary>Connected; enumerations of events that were waiting for this are being given what they lack.</summary>
    CatchingUp = 2,

    /// <summary>Connected, and all that waited have caught up.</summary>
    Online = 3,

    /// <summary>Not connected; the next attempt follows by itself.</summary>
    Waiting = 4,

    /// <summary>Over for good: make another client.</summary>
    Ended = 5,
}

/// <summary>Why a client has ended.</summary>
public enum ClientEnd
{
    /// <summary>It was disposed of.</summary>
    Disposed = 0,

    /// <summary>Its user signed out.</summary>
    SignedOut = 1,

    /// <summary>The session is over (revoked, run out, or its refresh token was lost): sign in again.</summary>
    SessionOver = 2,
}

/// <summary>What a client's connection is doing, and why.</summary>
/// <param name="State">What it is doing.</param>
public sealed record ClientStatus(ClientState State)
{
    /// <summary>When waiting: for how long.</summary>
    public TimeSpan? RetryIn { get; init; }

    /// <summary>When waiting: what went wrong, for people. Never holds a token.</summary>
    public string? Why { get; init; }

    /// <summary>When ended: the reason.</summary>
    public ClientEnd? End { get; init; }
}

/// <summary>The client has ended, so there is nothing more to wait for.</summary>
public sealed class ClientEndedException : Exception
{
    internal ClientEndedException(ClientEnd end)
        : base(end switch
        {
            ClientEnd.SignedOut => "Nobody is signed in.",
            ClientEnd.SessionOver => "The session is over: sign in again.",
            _ => "The client was disposed of.",
        }) => End = end;

    /// <summary>Why.</summary>
    public ClientEnd End { get; }
}
