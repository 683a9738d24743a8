namespace Chat.Client;

/// <summary>How a <see cref="ChatClient"/> reaches its server, and within which bounds it works.</summary>
public sealed class ChatClientOptions
{
    // What timers take.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(24);

    /// <summary>The server's address, as <c>https://chat.example.org/</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where the tokens are kept. In memory when nothing else is said: then the user signs in after each start.</summary>
    public ITokenStore Tokens { get; init; } = new InMemoryTokenStore();

    /// <summary>Sends every request; for proxies, certificates, tests. The client makes its own when there is none, and disposes of that only.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>How long a REST call may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long before its end an access token is refreshed, but never before three quarters of its life. Too short, and calls meet its end
    /// on their way, which costs them a second round.
    /// </summary>
    public TimeSpan RefreshBefore { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Before something that failed is tried again, a random while passes: at most this after the first failure, twice that after the
    /// second, and so on. Too short, and a server that comes back meets all its clients at once.
    /// </summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What the bound of <see cref="FirstBackoff"/> grows to.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc cref="HubConnectionOptions.ConnectTimeout"/>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc cref="HubConnectionOptions.KeepAlive"/>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc cref="HubConnectionOptions.ServerTimeout"/>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a send, an edit and the like may go on trying before they fail.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many pushed events one enumeration holds for a consumer that does not keep up. What comes beyond is fetched from the server when
    /// the consumer gets there: more memory, or more fetching.
    /// </summary>
    public int BufferedEvents { get; init; } = 1000;

    /// <summary>How many hints (typing, presence…) one enumeration holds; beyond, the oldest are dropped.</summary>
    public int BufferedHints { get; init; } = 256;

    /// <summary>The clock of every interval here.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Draws from 0 up to 1, for backoff.</summary>
    internal Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>What makes no sense; null when all is well.</summary>
    internal string? Problem()
    {
        var isAddress = Server is { IsAbsoluteUri: true } address
            && address is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" };
        return !isAddress ? $"{nameof(Server)} is an http or https address without user, query and fragment."
            : Tokens is null ? $"{nameof(Tokens)} is missing."
            : Clock is null ? $"{nameof(Clock)} is missing."
            : !IsInterval(RequestTimeout) ? $"{nameof(RequestTimeout)} is not between 0 and {LongestInterval}."
            : RefreshBefore < TimeSpan.Zero ? $"{nameof(RefreshBefore)} is negative."
            : !IsInterval(FirstBackoff) ? $"{nameof(FirstBackoff)} is not between 0 and {LongestInterval}."
            : !IsInterval(LongestBackoff) ? $"{nameof(LongestBackoff)} is not between 0 and {LongestInterval}."
            : LongestBackoff < FirstBackoff ? $"{nameof(LongestBackoff)} is shorter than {nameof(FirstBackoff)}."
            : !IsInterval(ConnectTimeout) ? $"{nameof(ConnectTimeout)} is not between 0 and {LongestInterval}."
            : !IsInterval(KeepAlive) ? $"{nameof(KeepAlive)} is not between 0 and {LongestInterval}."
            : !IsInterval(ServerTimeout) ? $"{nameof(ServerTimeout)} is not between 0 and {LongestInterval}."
            : !IsInterval(SendTimeout) ? $"{nameof(SendTimeout)} is not between 0 and {LongestInterval}."
            : BufferedEvents < 1 ? $"{nameof(BufferedEvents)} is less than 1."
            : BufferedHints < 1 ? $"{nameof(BufferedHints)} is less than 1."
            : null;
    }

    /// <summary>The server's address with a slash at its end, so that paths can be put behind it.</summary>
    internal Uri Base() => Server.AbsolutePath.EndsWith('/') ? Server : new UriBuilder(Server) { Path = Server.AbsolutePath + "/" }.Uri;

    internal Backoff NewBackoff() => new(FirstBackoff, LongestBackoff, Jitter);

    internal HubConnectionOptions Hub(string accessToken, HttpMessageInvoker invoker) => new()
    {
        Server = Base(),
        AccessToken = accessToken,
        Invoker = invoker,
        ConnectTimeout = ConnectTimeout,
        KeepAlive = KeepAlive,
        ServerTimeout = ServerTimeout,
        Clock = Clock,
    };

    private static bool IsInterval(TimeSpan value) => value > TimeSpan.Zero && value <= LongestInterval;
}
