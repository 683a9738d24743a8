using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.State.Local;

/// <summary>Presence of one process: what it tells itself. Who tells of a change passes it on.</summary>
public sealed class LocalPresence : IPresence
{
    // Users who went are remembered for their last-seen time; the oldest are forgotten beyond this.
    internal const int MostRemembered = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, PresenceInfo> _users = [];
    private readonly Dictionary<UserId, int> _watched = [];
    private readonly List<Action<PresenceInfo>> _handlers = [];
    private int _gone;

    /// <inheritdoc />
    public void Tell(PresenceInfo user)
    {
        Action<PresenceInfo>[] handlers;
        lock (_gate)
        {
            var before = _users.GetValueOrDefault(user.UserId);
            if (user.State == (before?.State ?? PresenceState.Offline))
            {
                return;
            }

            _users[user.UserId] = user;
            _gone += user.State is PresenceState.Offline ? 1 : before?.State is PresenceState.Offline ? -1 : 0;
            Forget();
            handlers = _watched.ContainsKey(user.UserId) ? [.. _handlers] : [];
        }

        Array.ForEach(handlers, handler => handler(user));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<PresenceInfo>> WatchAsync(IReadOnlyList<UserId> users)
    {
        lock (_gate)
        {
            foreach (var user in users)
            {
                _watched[user] = _watched.GetValueOrDefault(user) + 1;
            }

            return new([.. users.Select(Of)]);
        }
    }

    /// <inheritdoc />
    public void Unwatch(IReadOnlyList<UserId> users)
    {
        lock (_gate)
        {
            foreach (var user in users)
            {
                if (_watched.TryGetValue(user, out var times) && times > 1)
                {
                    _watched[user] = times - 1;
                }
                else
                {
                    _watched.Remove(user);
                }
            }
        }
    }

    /// <inheritdoc />
    public IDisposable OnChange(Action<PresenceInfo> handler)
    {
        lock (_gate)
        {
            _handlers.Add(handler);
        }

        return new Handled(this, handler);
    }

    /// <summary>Users remembered now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _users.Count;
            }
        }
    }

    private PresenceInfo Of(UserId user) => _users.GetValueOrDefault(user) ?? new PresenceInfo(user, PresenceState.Offline, null);

    // A tenth at a time, since it looks at all of them.
    private void Forget()
    {
        if (_gone <= MostRemembered)
        {
            return;
        }

        var oldest = _users.Values.Where(user => user.State is PresenceState.Offline).OrderBy(user => user.LastSeen)
            .Take(MostRemembered / 10).Select(user => user.UserId).ToArray();
        _gone -= oldest.Length;
        Array.ForEach(oldest, user => _users.Remove(user));
    }

    private sealed class Handled(LocalPresence presence, Action<PresenceInfo> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (presence._gate)
            {
                presence._handlers.Remove(handler);
            }
        }
    }
}
