using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// One user's way to a chat server: signs in, keeps the session's tokens fresh, and gives access to the REST calls. Thread safe.
/// </summary>
public sealed class ChatClient : IAsyncDisposable
{
    private readonly SocketsHttpHandler? _ownHandler;
    private readonly HttpClient _anonymous;
    private readonly HttpClient _http;
    private readonly ChatSession _session;

    /// <summary>A client that is not connected. It uses the session that the token store holds, or waits for a sign-in.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public ChatClient(ChatClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        // Connections are renewed so that a change of the server's addresses is noticed.
        _ownHandler = options.Handler is null ? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) } : null;
        var handler = options.Handler ?? _ownHandler!;
        _anonymous = Http(handler, options);
        _session = new ChatSession(options, new ChatApi(_anonymous));
        _http = Http(new SessionHandler(_session, handler), options);
        Api = new ChatApi(_http);
    }

    /// <summary>
    /// The REST calls, each with an access token that is refreshed when need be. When nobody is signed in, or the session is over, they
    /// throw <see cref="ChatApiException"/> with <c>auth.invalid</c>.
    /// </summary>
    public ChatApi Api { get; }

    /// <summary>Signs up and in, and keeps the tokens. A session that was there before is ended.</summary>
    /// <exception cref="ChatApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task<SessionTokens> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default) =>
        _session.RegisterAsync(request, cancellationToken);

    /// <inheritdoc cref="RegisterAsync"/>
    /// <summary>Signs in, and keeps the tokens. A session that was there before is ended.</summary>
    public Task<SessionTokens> SignInAsync(LoginRequest request, CancellationToken cancellationToken = default) =>
        _session.SignInAsync(request, cancellationToken);

    /// <summary>Ends the session, at the server first: when that cannot be reached, this throws and the user stays signed in.</summary>
    /// <exception cref="ChatApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task SignOutAsync(CancellationToken cancellationToken = default) => _session.SignOutAsync(cancellationToken);

    /// <summary>The session's tokens, refreshed when need be; null when nobody is signed in or the session is over.</summary>
    /// <exception cref="ChatException">They are due, and the server cannot refresh them now.</exception>
    /// <exception cref="HttpRequestException">They are due, and the server cannot be reached.</exception>
    public Task<SessionTokens?> TokensAsync(CancellationToken cancellationToken = default) => _session.TokensAsync(cancellationToken);

    /// <summary>Sees a refresh that is under way to its end, and lets go of everything. The session goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _http.Dispose();
        _anonymous.Dispose();
        _ownHandler?.Dispose();
    }

    private static HttpClient Http(HttpMessageHandler handler, ChatClientOptions options) =>
        new(handler, disposeHandler: false) { BaseAddress = options.Base(), Timeout = options.RequestTimeout };
}
