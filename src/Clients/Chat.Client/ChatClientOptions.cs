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

    /// <summary>The clock of every interval here.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

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
            : null;
    }

    /// <summary>The server's address with a slash at its end, so that paths can be put behind it.</summary>
    internal Uri Base() => Server.AbsolutePath.EndsWith('/') ? Server : new UriBuilder(Server) { Path = Server.AbsolutePath + "/" }.Uri;

    private static bool IsInterval(TimeSpan value) => value > TimeSpan.Zero && value <= LongestInterval;
}
