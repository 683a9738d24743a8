namespace Chat.Client;

/// <summary>
/// Where the tokens of one signed-in user are kept; empty means signed out. Several clients may share one place, also from several
/// processes: a refresh token works once, so they must not use the same one twice. All members are thread safe.
/// </summary>
public interface ITokenStore
{
    /// <summary>
    /// What is stored now, null for nothing. Does not wait for a change that runs: it answers what was before it, whole.
    /// </summary>
    Task<SessionTokens?> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads what is stored, hands it to <paramref name="change"/>, and stores what that answers (null removes), all while no other change
    /// of the same place runs, in this process or another. When the task ends well the answer is as durable as the place is, and every
    /// later read sees it. When <paramref name="change"/> throws, nothing changes and the exception comes out.
    /// </summary>
    /// <param name="change">Runs once; it may call the server and take seconds. It must not call this store.</param>
    /// <param name="cancellationToken">Ends the wait for other changes; what has begun is carried through.</param>
    /// <returns>What is stored now.</returns>
    Task<SessionTokens?> ChangeAsync(Func<SessionTokens?, Task<SessionTokens?>> change, CancellationToken cancellationToken = default);
}

/// <summary>Keeps the tokens in memory: the user signs in again after each start.</summary>
public sealed class InMemoryTokenStore : ITokenStore, IDisposable
{
    private readonly SemaphoreSlim _changing = new(1);
    private volatile SessionTokens? _tokens;

    /// <inheritdoc />
    public Task<SessionTokens?> ReadAsync(CancellationToken cancellationToken = default) => Task.FromResult(_tokens);

    /// <inheritdoc />
    public async Task<SessionTokens?> ChangeAsync(
        Func<SessionTokens?, Task<SessionTokens?>> change, CancellationToken cancellationToken = default)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            return _tokens = await change(_tokens);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _changing.Dispose();
}
