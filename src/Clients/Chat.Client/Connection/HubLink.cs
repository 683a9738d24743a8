namespace Chat.Client;

/// <summary>
/// Keeps one connection up for one session: connects again when it is lost, after a while that grows with each failure, at once when the
/// server said that it stops, and ends when the session does. Thread safe.
/// </summary>
internal sealed class HubLink : IAsyncDisposable
{
    private const string Stopping = "server.stopping";
    private const string SessionEnded = "session.ended";

    private readonly ChatClientOptions _options;
    private readonly ChatSession _session;
    private readonly HttpMessageInvoker _invoker;
    private readonly ILinkListener _listener;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Observed<ClientStatus> _status = new(new(ClientState.NotStarted));
    private readonly Observed<HubConnection?> _connection = new(null);
    private Task _running = Task.CompletedTask;
    private ClientEnd? _end;

    /// <param name="options">Where and how.</param>
    /// <param name="session">Whose tokens.</param>
    /// <param name="invoker">Sends the WebSocket requests.</param>
    /// <param name="listener">Hears the pushes of all connections.</param>
    public HubLink(ChatClientOptions options, ChatSession session, HttpMessageInvoker invoker, ILinkListener listener)
    {
        (_options, _session, _invoker, _listener) = (options, session, invoker, listener);
        _backoff = options.NewBackoff();
        Ended = _stop.Token;
    }

    /// <summary>What it is doing.</summary>
    public Observed<ClientStatus> Status => _status;

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Whether it was started, be it over or not.</summary>
    public bool IsStarted
    {
        get
        {
            lock (_gate)
            {
                return _status.Read().Value.State is not ClientState.NotStarted;
            }
        }
    }

    /// <summary>Why it has ended; null while it has not.</summary>
    public ClientEndedException? EndException
    {
        get
        {
            lock (_gate)
            {
                return _end is { } end ? new ClientEndedException(end) : null;
            }
        }
    }

    /// <summary>Begins to connect. Does nothing when that was said before.</summary>
    /// <exception cref="ClientEndedException">It has ended.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ThrowIfEnded();
            if (!IsStarted)
            {
                _status.Set(new(ClientState.Connecting));
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>A connection on which the server delivers; waits until there is one.</summary>
    /// <exception cref="ClientEndedException">There will be none any more.</exception>
    public async Task<HubConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (connection, changed) = _connection.Read();
            ThrowIfEnded();
            if (connection is { Closed.IsCompleted: false })
            {
                return connection;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The connection that is up; null when there is none.</summary>
    public HubConnection? Connection => _connection.Read().Value is { Closed.IsCompleted: false } connection ? connection : null;

    /// <summary>Everybody has caught up on this connection.</summary>
    public void CaughtUp(HubConnection connection)
    {
        lock (_gate)
        {
            if (_connection.Read().Value == connection && _status.Read().Value.State is ClientState.CatchingUp)
            {
                _status.Set(new(ClientState.Online));
            }
        }
    }

    /// <summary>Ends it, unless it has ended already, and sees the connection closed.</summary>
    public async Task EndAsync(ClientEnd end)
    {
        BecomeEnded(end);
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits before another attempt.</summary>
    /// <exception cref="ClientEndedException">It has ended meanwhile.</exception>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Ended, cancellationToken);
        try
        {
            await Task.Delay(pause, _options.Clock, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfEnded();
            throw;
        }
    }

    /// <summary>Ends it as disposed of, unless it has ended already.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(ClientEnd.Disposed);

    /// <exception cref="ClientEndedException">It has ended.</exception>
    public void ThrowIfEnded()
    {
        if (EndException is { } ended)
        {
            throw ended;
        }
    }

    private void BecomeEnded(ClientEnd end)
    {
        lock (_gate)
        {
            if (_end is not null)
            {
                return;
            }

            _end = end;
            _status.Set(new(ClientState.Ended) { End = end });
        }

        // Wakes those who wait for one.
        _connection.Set(null);
        _listener.Ended();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Outcome outcome;
            try
            {
                outcome = await LiveAsync();
            }
            catch (Exception ex)
            {
                // Whatever it is (no network, no disk for the tokens), it may pass; the status says it.
                outcome = new Outcome(Reason(ex));
            }

            if (outcome.End is { } end)
            {
                BecomeEnded(end);
                await _stop.CancelAsync();
                return;
            }

            // Counted also when nothing is waited for: it is at once one time only.
            var next = _backoff.Next();
            var wait = outcome.AtOnce ? TimeSpan.Zero : next;

            // Begun before it is announced: whoever sees the status can count on the clock being what ends it.
            var pause = Task.Delay(wait, _options.Clock, _stop.Token);
            Become(new(ClientState.Waiting) { RetryIn = wait, Why = outcome.Why });
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Become(new(ClientState.Connecting));
        }
    }

    private void Become(ClientStatus status)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                _status.Set(status);
            }
        }
    }

    /// <summary>One connection from its beginning to its end.</summary>
    private async Task<Outcome> LiveAsync()
    {
        if (await _session.TokensAsync(_stop.Token) is not { } tokens)
        {
            return new Outcome("") { End = _session.End };
        }

        HubConnection connection;
        try
        {
            connection = await HubConnection.ConnectAsync(_options.Hub(tokens.AccessToken, _invoker), _listener, _stop.Token);
        }
        catch (HubConnectionException ex) when (ex.Status is 401)
        {
            return await RefreshAsync(tokens, ex.Message);
        }

        var since = _options.Clock.GetTimestamp();
        await UseAsync(connection);
        var lived = _options.Clock.GetElapsedTime(since);
        if (lived >= _options.LongestBackoff)
        {
            _backoff.Reset();
        }

        return await OutcomeAsync(tokens, await connection.Closed, lived);
    }

    /// <summary>Lets everybody use the connection until it ends; it is closed when this returns.</summary>
    private async Task UseAsync(HubConnection connection)
    {
        var attached = Task.CompletedTask;
        try
        {
            // Answered when the server has attached the connection to its rooms: a list fetched from here on misses nothing.
            await connection.PingAsync(_stop.Token);
            attached = _listener.AttachedAsync(connection, _stop.Token);
            Become(new(ClientState.CatchingUp));
            _connection.Set(connection);
            _listener.Usable();
            await connection.Closed.WaitAsync(_stop.Token);
        }
        catch (HubConnectionException)
        {
            // Its close says more.
        }
        finally
        {
            _connection.Set(null);
            await connection.CloseAsync();
            await attached.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Outcome> OutcomeAsync(SessionTokens tokens, HubClose close, TimeSpan lived)
    {
        if (close.Bye == SessionEnded)
        {
            var next = await _session.EndAsync(tokens.SessionId, _stop.Token);
            return new Outcome(SessionEnded) { End = next is null ? _session.End : null };
        }

        if (close.Error is { } error && HubCallException.Parse(error) is { Code: "auth.invalid" } refused)
        {
            return await RefreshAsync(tokens, refused.Message);
        }

        // A server that says goodbye as soon as one comes must not be called without a pause.
        return close.Bye == Stopping
            ? new Outcome(Stopping) { AtOnce = _backoff.IsFresh || lived >= _options.FirstBackoff }
            : new Outcome(close.Error ?? (close.Fault is { } fault ? Reason(fault) : "The connection was closed."));
    }

    private async Task<Outcome> RefreshAsync(SessionTokens refused, string why) =>
        await _session.RefreshAsync(refused.AccessToken, _stop.Token) is null
            ? new Outcome(why) { End = _session.End }
            : new Outcome(why) { AtOnce = _backoff.IsFresh };

    private static string Reason(Exception ex) => ex.InnerException is { } inner && !ex.Message.Contains(inner.Message, StringComparison.Ordinal)
        ? $"{ex.Message} {inner.Message}"
        : ex.Message;

    /// <summary>What follows from the end of a connection, or of an attempt to make one.</summary>
    private readonly record struct Outcome(string Why)
    {
        public bool AtOnce { get; init; }

        public ClientEnd? End { get; init; }
    }
}
