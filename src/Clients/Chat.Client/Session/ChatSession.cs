using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// One user's session: gives out access tokens that are good, and refreshes them, once for all who ask at a time. Knows one user only: when
/// the store turns out to hold another one's tokens, this session is as good as signed out. Thread safe.
/// </summary>
internal sealed class ChatSession : IAsyncDisposable
{
    private readonly ITokenStore _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _refreshBefore;
    private readonly ChatApi _api;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task<SessionTokens?> _refresh = Task.FromResult<SessionTokens?>(null);
    private SessionTokens? _tokens;
    private UserId? _user;
    private (string For, SessionTokens Tokens)? _unsaved;
    private volatile bool _signedOut;
    private bool _disposed;

    /// <param name="options">What it is set up with.</param>
    /// <param name="api">Calls without a token.</param>
    public ChatSession(ChatClientOptions options, ChatApi api)
    {
        (_store, _clock, _refreshBefore) = (options.Tokens, options.Clock, options.RefreshBefore);
        _api = api;
    }

    /// <summary>Why there are no tokens, when there are none.</summary>
    public ClientEnd End => _signedOut ? ClientEnd.SignedOut : ClientEnd.SessionOver;

    /// <summary>What is stored of this session, fresh or not; null when signed out.</summary>
    public async Task<SessionTokens?> StoredAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _tokens) ?? Take(await _store.ReadAsync(cancellationToken));

    /// <summary>Signs up, and is that user from then on.</summary>
    public async Task<SessionTokens> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken) =>
        await StartAsync(await _api.RegisterAsync(request, cancellationToken));

    /// <summary>Signs in, and is that user from then on.</summary>
    public async Task<SessionTokens> SignInAsync(LoginRequest request, CancellationToken cancellationToken) =>
        await StartAsync(await _api.LoginAsync(request, cancellationToken));

    /// <summary>Ends the session at the server, then forgets it. When the server cannot be reached nothing is forgotten.</summary>
    public async Task SignOutAsync(CancellationToken cancellationToken)
    {
        Take(await _store.ChangeAsync(
            async stored =>
            {
                if (stored is null || !IsMine(stored))
                {
                    return stored;
                }

                await _api.LogoutAsync(stored.RefreshToken, cancellationToken);
                _signedOut = true;
                return null;
            },
            cancellationToken));
    }

    /// <summary>Tokens that are good for a while; null when signed out.</summary>
    public async Task<SessionTokens?> TokensAsync(CancellationToken cancellationToken)
    {
        var tokens = await StoredAsync(cancellationToken);
        if (tokens is null || !IsDue(tokens))
        {
            return tokens;
        }

        try
        {
            return await RefreshAsync(tokens.AccessToken, cancellationToken);
        }
        catch (Exception ex) when (Transient.Is(ex, cancellationToken) && _clock.GetUtcNow() < tokens.ExpiresAt)
        {
            // Early on purpose: what cannot be refreshed yet is good still.
            return tokens;
        }
    }

    /// <summary>Tokens other than those that were refused; null when the session is over.</summary>
    public async Task<SessionTokens?> RefreshAsync(string refused, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<SessionTokens?> refresh;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);

                // Not the caller's to cancel: an exchange that was begun must be saved.
                refresh = _refresh.IsCompleted ? _refresh = Task.Run(() => ExchangeAsync(refused), CancellationToken.None) : _refresh;
            }

            // One that was under way already may have been about older tokens.
            var tokens = await refresh.WaitAsync(cancellationToken);
            if (tokens?.AccessToken != refused)
            {
                return tokens;
            }
        }
    }

    /// <summary>The server has ended this session. Answers the tokens of another one of the same user, if the store has such.</summary>
    public async Task<SessionTokens?> EndAsync(SessionId ended, CancellationToken cancellationToken) =>
        Take(await _store.ChangeAsync(stored => Task.FromResult(stored?.SessionId == ended ? null : stored), cancellationToken));

    /// <summary>Sees a refresh that is under way to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        await _stopping.CancelAsync();
        await ((Task)_refresh).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<SessionTokens> StartAsync(AuthResponse answer)
    {
        var tokens = SessionTokens.From(answer, _clock.GetUtcNow());
        SessionTokens? before = null;

        // The session exists by now: a caller who gives up must not leave it without an owner.
        await _store.ChangeAsync(
            stored =>
            {
                before = stored;
                return Task.FromResult<SessionTokens?>(tokens);
            },
            CancellationToken.None);
        lock (_gate)
        {
            _user = tokens.UserId;
        }

        Take(tokens);
        if (before is not null)
        {
            await _api.LogoutAsync(before.RefreshToken, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return tokens;
    }

    private async Task<SessionTokens?> ExchangeAsync(string refused)
    {
        var tokens = await _store.ChangeAsync(
            async stored =>
            {
                var isOthers = stored is null || !IsMine(stored);
                if (isOthers || (stored!.AccessToken != refused && !IsDue(stored)))
                {
                    return stored;
                }

                if (_unsaved is { } unsaved && unsaved.For == stored.RefreshToken)
                {
                    return unsaved.Tokens;
                }

                try
                {
                    var answer = await _api.RefreshAsync(stored.RefreshToken, CancellationToken.None);
                    var next = SessionTokens.From(answer, _clock.GetUtcNow());

                    // Should the store fail now, the next attempt saves these rather than use the old refresh token twice.
                    _unsaved = (stored.RefreshToken, next);
                    return next;
                }
                catch (ChatApiException ex) when (ex.ErrorCode == ErrorCode.AuthInvalid)
                {
                    return null;
                }
            },
            _stopping.Token);
        _unsaved = null;
        return Take(tokens);
    }

    private bool IsMine(SessionTokens tokens)
    {
        lock (_gate)
        {
            return tokens.UserId == (_user ??= tokens.UserId);
        }
    }

    private SessionTokens? Take(SessionTokens? stored)
    {
        var tokens = stored is not null && IsMine(stored) ? stored : null;
        Volatile.Write(ref _tokens, tokens);
        return tokens;
    }

    private bool IsDue(SessionTokens tokens)
    {
        // Tokens of a short life are not refreshed all the time.
        var quarter = (tokens.ExpiresAt - tokens.ObtainedAt) / 4;
        return _clock.GetUtcNow() >= tokens.ExpiresAt - (quarter < _refreshBefore ? quarter : _refreshBefore);
    }
}
