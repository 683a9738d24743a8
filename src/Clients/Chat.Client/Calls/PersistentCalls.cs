using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// Makes calls that can be repeated until they are decided: over lost connections, and after refusals that may pass. Thread safe.
/// </summary>
internal sealed class PersistentCalls(HubLink link, ChatApi api, ChatClientOptions options)
{
    private readonly RoomLanes _lanes = new();

    /// <summary>Calls over whatever connection is up, without a bound of its own.</summary>
    /// <exception cref="ChatException">Refused for good.</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public Task<T> HubAsync<T>(Func<HubConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        TryAsync((decision, token) => OverHubAsync(call, decision, token), new Decision(), cancellationToken);

    /// <summary>Calls over REST while a connection is up, without a bound of its own.</summary>
    /// <exception cref="ChatException">Refused for good.</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public Task<T> RestAsync<T>(Func<ChatApi, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        TryAsync(
            async (_, token) =>
            {
                await link.ConnectedAsync(token);
                return await call(api, token);
            },
            new Decision(),
            cancellationToken);

    /// <summary>
    /// Calls until the call is decided or the time for it is over: over the hub once the client is started, else, or when it does not fit
    /// into a frame of the hub, over REST. Calls in one room run one at a time, in the order in which this was called.
    /// </summary>
    /// <param name="lane">The room; null for calls whose order does not matter.</param>
    /// <param name="hub">Over the hub; null when it does not fit there.</param>
    /// <param name="rest">The same over REST.</param>
    /// <param name="provesNoEffect">Whether a refusal proves that none of the attempts before it took effect.</param>
    /// <param name="cancellationToken">Gives up; whether the call took effect is not known then.</param>
    /// <exception cref="CallFailedException">It failed.</exception>
    public async Task<T> DecideAsync<T>(
        RoomId? lane,
        Func<HubConnection, CancellationToken, Task<T>>? hub,
        Func<ChatApi, CancellationToken, Task<T>> rest,
        Func<ErrorCode, bool> provesNoEffect,
        CancellationToken cancellationToken)
    {
        var decision = new Decision();
        using var deadline = new CancellationTokenSource(options.SendTimeout, options.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, link.Ended, cancellationToken);
        try
        {
            using var turn = lane is { } room ? await _lanes.EnterAsync(room, any.Token) : null;
            return await (hub is not null && link.IsStarted
                ? TryAsync((d, token) => OverHubAsync(hub, d, token), decision, any.Token)
                : TryAsync((d, token) => OverRestAsync(rest, d, token), decision, any.Token));
        }
        catch (OperationCanceledException ex) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(ex.Message, ex, cancellationToken);
        }
        catch (Exception ex) when (ex is ClientEndedException || (ex is OperationCanceledException && link.Ended.IsCancellationRequested))
        {
            throw new CallFailedException(CallFailedException.ClientEnded, decision.IsOpen, link.EndException ?? ex);
        }
        catch (OperationCanceledException)
        {
            throw new CallFailedException(decision.LastCode ?? CallFailedException.NoAnswer, decision.IsOpen, decision.Last);
        }
        catch (ChatException ex)
        {
            throw new CallFailedException(ex.Code, decision.IsOpen && !provesNoEffect(ex.ErrorCode), ex);
        }
        catch (Exception ex)
        {
            // An answer that is not the contract's.
            throw new CallFailedException(ErrorCode.ServerInternal.Code, outcomeUnknown: true, ex);
        }
    }

    private async Task<T> OverHubAsync<T>(
        Func<HubConnection, CancellationToken, Task<T>> call, Decision decision, CancellationToken cancellationToken)
    {
        var connection = await link.ConnectedAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        decision.Begin();
        return await call(connection, cancellationToken);
    }

    private Task<T> OverRestAsync<T>(Func<ChatApi, CancellationToken, Task<T>> call, Decision decision, CancellationToken cancellationToken)
    {
        link.ThrowIfEnded();
        cancellationToken.ThrowIfCancellationRequested();
        decision.Begin();
        return call(api, cancellationToken);
    }

    private async Task<T> TryAsync<T>(
        Func<Decision, CancellationToken, Task<T>> attempt, Decision decision, CancellationToken cancellationToken)
    {
        var backoff = options.NewBackoff();
        while (true)
        {
            try
            {
                return await attempt(decision, cancellationToken);
            }
            catch (ChatException ex) when (!Transient.Is(ex, cancellationToken))
            {
                decision.Refused(ex);
                throw;
            }
            catch (Exception ex) when (Transient.Is(ex, cancellationToken))
            {
                decision.Failed(ex);
                if (ex is HubConnectionException)
                {
                    // The link takes its time to make another connection.
                    continue;
                }

                var wait = backoff.Next() + ((ex as ChatApiException)?.RetryAfter ?? TimeSpan.Zero);
                await link.PauseAsync(wait, cancellationToken);
            }
        }
    }
}
