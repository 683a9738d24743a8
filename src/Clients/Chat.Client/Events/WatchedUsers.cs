using Chat.Contracts;

namespace Chat.Client;

/// <summary>The users whose presence is watched, on this connection and each later one. Thread safe.</summary>
internal sealed class WatchedUsers(Hints hints)
{
    private readonly Lock _gate = new();
    private UserId[] _users = [];

    /// <summary>Watches these users instead of those before.</summary>
    public void Set(IEnumerable<UserId> users)
    {
        lock (_gate)
        {
            _users = [.. users];
        }
    }

    /// <summary>Tells a connection's server; the last of several such calls is about the newest users.</summary>
    public Task<List<PresenceInfo>> TellAsync(HubConnection connection, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // The call leaves before the lock is given up, so an older set cannot overtake a newer one.
            return connection.WatchAsync(_users, cancellationToken);
        }
    }

    /// <summary>Tells a new connection's server, and hands out as hints what may have changed meanwhile.</summary>
    public async Task RestoreAsync(HubConnection connection, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_users.Length == 0)
            {
                return;
            }
        }

        foreach (var presence in await TellAsync(connection, cancellationToken))
        {
            hints.Give(new PresencePush(presence.UserId, presence.State, presence.LastSeen));
        }
    }
}
