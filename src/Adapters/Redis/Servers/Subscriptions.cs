namespace Chat.Redis;

/// <summary>
/// Which channels of a server somebody here listens to, counted, and in force on the connection that there is. Changes reach the connection in
/// the order in which they are made here, so that who comes while another leaves is never left without. Thread safe.
/// </summary>
internal sealed class Subscriptions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private RedisConnection? _connection;

    /// <summary>Channels in use.</summary>
    public IReadOnlyCollection<string> Channels
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Keys];
            }
        }
    }

    /// <summary>Takes a new connection; when the task ends, everything is in force on it (or it is broken).</summary>
    public Task JoinAsync(RedisConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            return Task.WhenAll(_entries.Select(entry => entry.Value.InForce = connection.SubscribeAsync(entry.Key)).ToArray());
        }
    }

    /// <summary>There is no connection any more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _connection = null;
        }
    }

    /// <summary>Adds a listener. Without a connection the task ends at once.</summary>
    public async ValueTask<IDisposable> AddAsync(string channel, Action<byte[]> handler)
    {
        Entry? entry;
        Task inForce;
        lock (_gate)
        {
            if (!_entries.TryGetValue(channel, out entry))
            {
                _entries.Add(channel, entry = new Entry(handler));
                entry.InForce = _connection?.SubscribeAsync(channel) ?? Task.CompletedTask;
            }

            entry.Users++;
            inForce = entry.InForce;
        }

        if (!inForce.IsCompleted)
        {
            await inForce;
            // Off the thread on which the driver reads for everybody.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        return new Ending(() => Remove(channel, entry));
    }

    /// <summary>Who takes what arrives on a channel; null when nobody listens any more.</summary>
    public Action<byte[]>? HandlerOf(string channel)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(channel)?.Handler;
        }
    }

    private void Remove(string channel, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(channel);
                _connection?.Unsubscribe(channel);
            }
        }
    }

    private sealed class Entry(Action<byte[]> handler)
    {
        public Action<byte[]> Handler { get; } = handler;

        public int Users { get; set; }

        public Task InForce { get; set; } = Task.CompletedTask;
    }
}
