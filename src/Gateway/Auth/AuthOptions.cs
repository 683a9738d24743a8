namespace Chat.Gateway.Auth;

/// <summary>Section <c>Chat:Auth</c>: tokens, sessions, passwords.</summary>
public sealed class AuthOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Auth";

    /// <summary>How long an access token is good. Sessions are checked on every call all the same.</summary>
    public TimeSpan AccessToken { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a session lasts without being refreshed.</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromDays(60);

    /// <summary>
    /// A refresh token used again within this time of its exchange is taken for a client whose answer was lost, and only refused; later it is
    /// taken for stolen, and the session ends.
    /// </summary>
    public TimeSpan ReuseLeeway { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Sessions of a user at most; the one unused for longest makes room for the next.</summary>
    public int SessionsPerUser { get; set; } = 200;

    /// <summary>Sessions whose state is remembered, about 100 bytes each.</summary>
    public int SessionCache { get; set; } = 100_000;

    /// <summary>How long a session is believed to be live without asking the store. Bounds what lost news of its end can do.</summary>
    public TimeSpan SessionRecheck { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Iterations of PBKDF2 with HMAC-SHA512. Fewer make stolen hashes cheaper to guess; more make every sign-in slower.</summary>
    public int PasswordIterations { get; set; } = 100_000;

    /// <summary>Passwords hashed at the same time; 0 leaves one processor free of them.</summary>
    public int PasswordThreads { get; set; }

    /// <summary>Sign-ins that wait for a hash; further ones are refused (<c>server.busy</c>).</summary>
    public int PasswordQueue { get; set; } = 400;

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, least, most) in new[]
        {
            (nameof(AccessToken), AccessToken, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(Session), Session, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            (nameof(ReuseLeeway), ReuseLeeway, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            (nameof(SessionRecheck), SessionRecheck, TimeSpan.Zero, TimeSpan.FromHours(1)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{Section}:{name} is {value}; it must be from {least} to {most}.";
            }
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(SessionsPerUser), SessionsPerUser, 1, 10_000),
            (nameof(SessionCache), SessionCache, 2, 10_000_000),
            (nameof(PasswordIterations), PasswordIterations, 1000, 10_000_000),
            (nameof(PasswordThreads), PasswordThreads, 0, 1024),
            (nameof(PasswordQueue), PasswordQueue, 0, 100_000),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{Section}:{name} is {value}; it must be from {least} to {most}.";
            }
        }
    }
}

/// <summary>Who is an administrator, from the setting <c>Chat:Admins</c>.</summary>
/// <param name="Usernames">Users who register under one of these names are administrators.</param>
internal sealed record Admins(IReadOnlySet<string> Usernames)
{
    public const string Key = "Chat:Admins";
}
