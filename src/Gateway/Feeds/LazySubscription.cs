namespace Chat.Gateway.Feeds;

/// <summary>A subscription of the backplane that is made when first needed, once, and may be ended at any time. Thread safe.</summary>
internal sealed class LazySubscription(Func<ValueTask<IDisposable>> subscribe) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile IDisposable? _made;
    private volatile bool _ended;

    /// <summary>When this is done, news is heard (or the subscription was ended). After a failure the next call tries again.</summary>
    public async ValueTask EnsureAsync()
    {
        if (_made is not null)
        {
            return;
        }

        await _turn.WaitAsync();
        try
        {
            if (_made is null && !_ended)
            {
                _made = await subscribe();
                if (_ended)
                {
                    _made.Dispose();
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _ended = true;
        _made?.Dispose();
    }
}
