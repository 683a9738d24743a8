using Chat.Contracts;
using Chat.Gateway.Feeds;
using Chat.Gateway.Hub;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Presence;

/// <summary>
/// Who is there, as far as this process knows: online with at least one connection that made a call lately, away when all are idle, offline
/// a moment after the last one went. Each connection watches at most <see cref="MostWatched"/> users and hears of those only. Thread safe.
/// </summary>
internal sealed class UserPresence : IDisposable
{
    /// <summary>Most users that one connection watches.</summary>
    public const int MostWatched = 500;

    // Users who went are remembered for their last-seen time; the oldest are forgotten beyond this.
    private const int MostRemembered = 100_000;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, Entry> _users = [];
    private readonly Dictionary<UserId, HashSet<LiveConnection>> _watchers = [];
    private readonly Dictionary<LiveConnection, IReadOnlyCollection<UserId>> _watches = [];
    private readonly ChatHubProtocol _protocol;
    private readonly FeedOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;

    public UserPresence(ChatHubProtocol protocol, IOptions<FeedOptions> options, TimeProvider clock)
    {
        _protocol = protocol;
        _options = options.Value;
        _clock = clock;
        _sweep = clock.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
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
    public IReadOnlyList<PresenceInfo> Watch(LiveConnection connection, IReadOnlyList<UserId> users)
    {
        lock (_gate)
        {
            Unwatch(connection);
            if (connection.Closed is not null)
            {
                return [];
            }

            var distinct = users.Distinct().ToArray();
            _watches[connection] = distinct;
            foreach (var user in distinct)
            {
                if (!_watchers.TryGetValue(user, out var watchers))
                {
                    _watchers.Add(user, watchers = []);
                }

                watchers.Add(connection);
            }

            return Array.ConvertAll(distinct, Of);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _sweep.Dispose();

    private PresenceInfo Of(UserId user) =>
        _users.TryGetValue(user, out var entry)
            ? new PresenceInfo(user, entry.Told, entry.Told is PresenceState.Offline ? entry.LastSeen : null)
            : new PresenceInfo(user, PresenceState.Offline, null);

    private void Gone(UserId user)
    {
        lock (_gate)
        {
            if (_users.TryGetValue(user, out var entry) && entry.Connections.Count == 0)
            {
                entry.Going?.Dispose();
                entry.Going = null;
                Update(user, entry);
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

            if (_users.Count > MostRemembered)
            {
                foreach (var (user, _) in _users.Where(u => u.Value.Told is PresenceState.Offline)
                    .OrderBy(u => u.Value.LastSeen).Take(_users.Count - MostRemembered).ToArray())
                {
                    _users.Remove(user);
                }
            }
        }
    }

    private void Update(UserId user, Entry entry)
    {
        var now = entry.Connections.Count == 0
            ? PresenceState.Offline
            : entry.Connections.Any(c => c.Idle < _options.AwayAfter) ? PresenceState.Online : PresenceState.Away;
        if (now == entry.Told)
        {
            return;
        }

        entry.Told = now;
        if (_watchers.TryGetValue(user, out var watchers))
        {
            var frame = Frame.Of(_protocol, "presence", user, now, now is PresenceState.Offline ? entry.LastSeen : null);
            foreach (var watcher in watchers)
            {
                watcher.TrySend(frame);
            }
        }
    }

    private void Unwatch(LiveConnection connection)
    {
        if (!_watches.Remove(connection, out var users))
        {
            return;
        }

        foreach (var user in users)
        {
            if (_watchers.TryGetValue(user, out var watchers) && watchers.Remove(connection) && watchers.Count == 0)
            {
                _watchers.Remove(user);
            }
        }
    }

    private sealed class Entry
    {
        public HashSet<LiveConnection> Connections { get; } = [];

        public PresenceState Told { get; set; }

        public DateTimeOffset? LastSeen { get; set; }

        public ITimer? Going { get; set; }
    }
}
