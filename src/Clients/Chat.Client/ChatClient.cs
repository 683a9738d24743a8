using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// One user's way to a chat server: signs in and keeps the session's tokens fresh; once started, keeps a connection up through whatever
/// happens, gives out each room's events once and in order, and sends until it is known what became of a message. Thread safe.
/// </summary>
public sealed partial class ChatClient : IAsyncDisposable
{
    private readonly ChatClientOptions _options;
    private readonly SocketsHttpHandler? _ownHandler;
    private readonly HttpClient _anonymous;
    private readonly HttpClient _http;
    private readonly HttpMessageInvoker _invoker;
    private readonly ChatSession _session;
    private readonly HubLink _link;
    private readonly PersistentCalls _calls;
    private readonly EventSource _source;
    private readonly EventReaders _readers;
    private readonly Hints _hints;
    private readonly WatchedUsers _watched;
    private UserId? _user;

    /// <summary>A client that is not connected. It uses the session that the token store holds, or waits for a sign-in.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public ChatClient(ChatClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _options = options;

        // Connections are renewed so that a change of the server's addresses is noticed.
        _ownHandler = options.Handler is null ? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) } : null;
        var handler = options.Handler ?? _ownHandler!;
        _anonymous = Http(handler, options);
        _session = new ChatSession(options, new ChatApi(_anonymous));
        _http = Http(new SessionHandler(_session, handler), options);
        Api = new ChatApi(_http);

        _invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        _readers = new EventReaders();
        _hints = new Hints(options.BufferedHints);
        _watched = new WatchedUsers(_hints);
        _link = new HubLink(options, _session, _invoker, new PushRouter(this));
        _calls = new PersistentCalls(_link, Api, options);
        _source = new EventSource(_calls, _link, options);
    }

    /// <summary>
    /// The REST calls, each with an access token that is refreshed when need be. When nobody is signed in, or the session is over, they
    /// throw <see cref="ChatApiException"/> with <c>auth.invalid</c>.
    /// </summary>
    public ChatApi Api { get; }

    /// <summary>What the connection is doing now.</summary>
    public ClientStatus Status => _link.Status.Read().Value;

    /// <summary>Signs up and in, and keeps the tokens. A session that was there before is ended.</summary>
    /// <exception cref="ChatApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">The client was started: it stays with its user.</exception>
    public Task<SessionTokens> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default)
    {
        ThrowIfStarted();
        return _session.RegisterAsync(request, cancellationToken);
    }

    /// <inheritdoc cref="RegisterAsync"/>
    /// <summary>Signs in, and keeps the tokens. A session that was there before is ended.</summary>
    public Task<SessionTokens> SignInAsync(LoginRequest request, CancellationToken cancellationToken = default)
    {
        ThrowIfStarted();
        return _session.SignInAsync(request, cancellationToken);
    }

    /// <summary>
    /// Ends the session, at the server first: when that cannot be reached, this throws and the user stays signed in. A started client ends
    /// with it.
    /// </summary>
    /// <exception cref="ChatApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task SignOutAsync(CancellationToken cancellationToken = default)
    {
        await _session.SignOutAsync(cancellationToken);
        if (_link.IsStarted)
        {
            await _link.EndAsync(ClientEnd.SignedOut);
        }
    }

    /// <summary>The session's tokens, refreshed when need be; null when nobody is signed in or the session is over.</summary>
    /// <exception cref="ChatException">They are due, and the server cannot refresh them now.</exception>
    /// <exception cref="HttpRequestException">They are due, and the server cannot be reached.</exception>
    public Task<SessionTokens?> TokensAsync(CancellationToken cancellationToken = default) => _session.TokensAsync(cancellationToken);

    /// <summary>
    /// Begins to keep a connection up. Returns at once, also when the server cannot be reached yet: <see cref="Status"/> tells. Does nothing
    /// when the client was started before.
    /// </summary>
    /// <exception cref="ClientEndedException">Nobody is signed in, or the client has ended.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var tokens = await _session.StoredAsync(cancellationToken) ?? throw new ClientEndedException(ClientEnd.SignedOut);
        _user = tokens.UserId;
        _link.Start();
    }

    /// <summary>The status now, then each newer one; who looks late misses those between. Ends after <see cref="ClientState.Ended"/>.</summary>
    public IAsyncEnumerable<ClientStatus> Statuses(CancellationToken cancellationToken = default) =>
        _link.Status.FollowAsync(static s => s.State is ClientState.Ended, cancellationToken);

    /// <summary>Waits until the client is online.</summary>
    /// <exception cref="ClientEndedException">It has ended.</exception>
    public async Task WaitForOnlineAsync(CancellationToken cancellationToken = default)
    {
        await foreach (var status in Statuses(cancellationToken))
        {
            if (status.State is ClientState.Online)
            {
                return;
            }
        }

        _link.ThrowIfEnded();
    }

    /// <summary>
    /// Closes the connection, sees a refresh that is under way to its end, and lets go of everything: enumerations throw
    /// <see cref="ClientEndedException"/>, sends that wait fail. The session goes on.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _session.DisposeAsync();
        _http.Dispose();
        _anonymous.Dispose();
        _invoker.Dispose();
        _ownHandler?.Dispose();
    }

    private static HttpClient Http(HttpMessageHandler handler, ChatClientOptions options) =>
        new(handler, disposeHandler: false) { BaseAddress = options.Base(), Timeout = options.RequestTimeout };

    private void ThrowIfStarted()
    {
        if (_link.IsStarted)
        {
            throw new InvalidOperationException("A client that was started stays with its user: use another one.");
        }
    }

    /// <summary>Hands on what comes from the connections.</summary>
    private sealed class PushRouter(ChatClient client) : ILinkListener
    {
        public void Take(HubPush push)
        {
            client._readers.Take(push);
            if (push is not (EventsPush or LaggingPush or ByePush))
            {
                client._hints.Give(push);
            }
        }

        public Task AttachedAsync(HubConnection connection, CancellationToken cancellationToken)
        {
            client._readers.Attach(() => client._link.CaughtUp(connection));
            return client._watched.RestoreAsync(connection, cancellationToken);
        }

        public void Usable() => client._readers.Usable();

        public void Ended()
        {
            client._readers.Wake();
            client._hints.End(client._link.EndException!);
        }
    }
}
