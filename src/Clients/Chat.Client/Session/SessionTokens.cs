using Chat.Contracts;

namespace Chat.Client;

/// <summary>The tokens of one session: as secret as a password. Whoever stores them keeps them from others.</summary>
public sealed record SessionTokens
{
    /// <summary>Whose session it is.</summary>
    public required UserId UserId { get; init; }

    /// <summary>That user's name.</summary>
    public required string Username { get; init; }

    /// <summary>The session.</summary>
    public required SessionId SessionId { get; init; }

    /// <summary>The bearer token of calls and connections.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Good for one refresh.</summary>
    public required string RefreshToken { get; init; }

    /// <summary>When they were answered, by the clock of this machine.</summary>
    public required DateTimeOffset ObtainedAt { get; init; }

    /// <summary>When the access token ends, by the clock of this machine.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Names the session and not its tokens, so that they reach no log.</summary>
    public override string ToString() => $"session {SessionId} of {Username}";

    internal static SessionTokens From(AuthResponse answer, DateTimeOffset now) => new()
    {
        UserId = answer.User.UserId,
        Username = answer.User.Username,
        SessionId = answer.SessionId,
        AccessToken = answer.AccessToken,
        RefreshToken = answer.RefreshToken,
        ObtainedAt = now,
        ExpiresAt = now.AddSeconds(answer.ExpiresIn),
    };
}
