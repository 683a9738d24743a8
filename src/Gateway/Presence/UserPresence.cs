using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Feeds;
using Chat.Gateway.Hub;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Presence;

/// <summary>
/// Tells how the users of this process are: online with at least one connection that made a call lately, away when all are idle, offline a
/// moment after the last one went. Each connection watches at most <see cref="MostWatched"/> users, of this and other processes, and hears of
/// those only. Thread safe.
/// </summary>
internal sealed class UserPresence : IDisposable
{
    /// <summary>Most users that one connection watches.</summary>
    public const int MostWatched = 500;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, Entry> _users = [];
    private readonly Dictionary<UserId, Watched> _watched = [];
    private readonly Dictionary<LiveConnection, Watch> _watches = [];
    private readonly IPresence _presence;
    private readonly ChatHubProtocol _protocol;
    private readonly FeedOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;
    private readonly IDisposable _changes;

    public UserPresence(IPresence presence, ChatHubProtocol protocol, IOptions<FeedOptions> options, TimeProvider clock)
    {
        _presence = presence;
        _protocol = protocol;
        _options = options.Value;
        _clock = clock;
        _sweep = clock.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
        _changes = presence.OnChange(Hear);
    }

    /// <summary>A connection is up.</summary>
    public void Connected(LiveConnection connection)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(connection.User, out var entry))
            {
                _users.Add(connection.User, entry = new Entry());
            }

            entry.Connections.Add(connection);
            Update(connection.User, entry);
        }
    }

    /// <summary>A connection went.</summary>
    public void Disconnected(LiveConnection connection)
    {
        lock (_gate)
        {
            Unwatch(connection);
            if (!_users.TryGetValue(connection.User, out var entry) || !entry.Connections.Remove(connection))
            {
                return;
            }

            entry.LastSeen = _clock.GetUtcNow().ToWholeMilliseconds();
            if (entry.Connections.Count > 0)
            {
                Update(connection.User, entry);
                return;
            }

            var timer = _clock.CreateTimer(
                state => Gone((UserId)state!), connection.User, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            entry.Going?.Dispose();
            entry.Going = timer;
            timer.Change(_options.OfflineAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The client made a call: it is not away.</summary>
    public void Touched(LiveConnection connection)
    {
        if (connection.Touch() < _options.AwayAfter)
        {
            return;
        }

        lock (_gate)
        {
            if (_users.TryGetValue(connection.User, out var entry))
            {
                Update(connection.User, entry);
            }
        }
    }

    /// <summary>Makes the connection hear of these users, and no longer of others; answers how they are now.</summary>
    public async Task<IReadOnlyList<PresenceInfo>> WatchAsync(LiveConnection connection, IReadOnlyList<UserId> users)
    {
        var watch = new Watch([.. users.Distinct()]);
        Watch? former;
        lock (_gate)
        {
            former = Detach(connection);
            if (connection.Closed is not null)
            {
                Release(former);
                return [];
            }

            _watches.Add(connection, watch);
            foreach (var user in watch.Users)
            {
                if (!_watched.TryGetValue(user, out var watched))
                {
                    _watched.Add(user, watched = new Watched());
                }

                watched.Connections.Add(connection);
            }
        }

        var found = await _presence.WatchAsync(watch.Users);
        lock (_gate)
        {
            // Only now, so that who stays watched is watched without a break.
            Release(former);
            watch.Counted = true;
            if (_watches.GetValueOrDefault(connection) != watch)
            {
                // It went, or watches others by now.
                Release(watch);
                return found;
            }

            // What was told meanwhile is newer.
            return [.. found.Select(info => _watched[info.UserId].Last ??= info)];
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _changes.Dispose();
        _sweep.Dispose();
    }

    private void Gone(UserId user)
    {
        lock (_gate)
        {
            if (_users.TryGetValue(user, out var entry) && entry.Connections.Count == 0)
            {
                entry.Going?.Dispose();
                Update(user, entry);
                _users.Remove(user);
            }
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            foreach (var (user, entry) in _users)
            {
                if (entry.Connections.Count > 0)
                {
                    Update(user, entry);
                }
            }
        }
    }

    private void Update(UserId user, Entry entry)
    {
        var now = entry.Connections.Count == 0
            ? PresenceState.Offline
            : entry.Connections.Any(c => c.Idle < _options.AwayAfter) ? PresenceState.Online : PresenceState.Away;
        if (now != entry.Told)
        {
            entry.Told = now;
            _presence.Tell(new PresenceInfo(user, now, now is PresenceState.Offline ? entry.LastSeen : null));
        }
    }

    private void Hear(PresenceInfo user)
    {
        lock (_gate)
        {
            if (!_watched.TryGetValue(user.UserId, out var watched))
            {
                return;
            }

            var changed = watched.Last?.State != user.State;
            watched.Last = user;
            if (changed)
            {
                var frame = Frame.Of(_protocol, "presence", user.UserId, user.State, user.LastSeen);
                foreach (var connection in watched.Connections)
                {
                    connection.TrySend(frame);
                }
            }
        }
    }

    private void Unwatch(LiveConnection connection) => Release(Detach(connection));

    private Watch? Detach(LiveConnection connection)
    {
        if (!_watches.Remove(connection, out var watch))
        {
            return null;
        }

        foreach (var user in watch.Users)
        {
            if (_watched.TryGetValue(user, out var watched) && watched.Connections.Remove(connection) && watched.Connections.Count == 0)
            {
                _watched.Remove(user);
            }
        }

        return watch;
    }

    /// <summary>Undoes a watch; one that is still on its way undoes itself when it arrives.</summary>
    private void Release(Watch? watch)
    {
        if (watch is { Counted: true })
        {
            watch.Counted = false;
            _presence.Unwatch(watch.Users);
        }
    }

    private sealed class Entry
    {
        public HashSet<LiveConnection> Connections { get; } = [];

        public PresenceState Told { get; set; }

        public DateTimeOffset? LastSeen { get; set; }

        public ITimer? Going { get; set; }
    }

    /// <summary>What one connection watches.</summary>
    private sealed class Watch(UserId[] users)
    {
        public UserId[] Users { get; } = users;

        public bool Counted { get; set; }
    }

    /// <summary>A user whom connections watch, and what they were told last.</summary>
    private sealed class Watched
    {
        public HashSet<LiveConnection> Connections { get; } = [];

        public PresenceInfo? Last { get; set; }
    }
}
