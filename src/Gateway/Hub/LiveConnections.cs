using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Feeds;
using Chat.Gateway.Presence;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>
/// The hub connections of this process, by user. Keeps each attached to the feeds of its user's rooms, passes on the user's own news, and
/// closes the connections of a session that was revoked. Thread safe.
/// </summary>
internal sealed partial class LiveConnections
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, UserEntry> _users = [];
    private readonly IBackplane _backplane;
    private readonly IRoomDirectory _directory;
    private readonly IHubProtocol _protocol;
    private readonly FeedOptions _options;
    private readonly UserPresence _presence;
    private readonly ILogger<LiveConnections> _logger;
    private bool _stopping;

    public LiveConnections(
        IBackplane backplane,
        IRoomDirectory directory,
        IRoomReader reader,
        UserPresence presence,
        FeedMetrics metrics,
        IOptions<FeedOptions> options,
        TimeProvider clock,
        ChatHubProtocol protocol,
        ILogger<LiveConnections> logger,
        ILogger<RoomFeed> feedLogger)
    {
        _backplane = backplane;
        _directory = directory;
        _protocol = protocol;
        _options = options.Value;
        _presence = presence;
        _logger = logger;
        Feeds = new RoomFeeds(backplane, directory, new FeedContext(reader, protocol, _options, metrics, clock, feedLogger, ConnectionsOf));
    }

    /// <summary>The feeds that the connections are attached to.</summary>
    public RoomFeeds Feeds { get; }

    /// <summary>How many connections there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _users.Values.Sum(u => u.Connections.Count);
            }
        }
    }

    /// <summary>The users who are connected.</summary>
    public IReadOnlyList<UserId> Users()
    {
        lock (_gate)
        {
            return [.. _users.Keys];
        }
    }

    /// <summary>The sessions with which users are connected.</summary>
    public IReadOnlyList<(UserId User, SessionId Session)> Sessions()
    {
        lock (_gate)
        {
            return [.. _users.Values.SelectMany(u => u.Connections).Select(c => (c.User, c.Session)).Distinct()];
        }
    }

    /// <summary>
    /// A connected user's list of rooms has this version: if it is another than the last one seen here, the connections are told of the
    /// rooms that were gained and lost without news of it, and attached to the gained ones.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; nothing is remembered of the call.</exception>
    public async Task CheckRoomsAsync(RoomListVersion version)
    {
        UserEntry? user;
        lock (_gate)
        {
            if (!_users.TryGetValue(version.UserId, out user) || user.ListVersion == version.Version)
            {
                return;
            }
        }

        var present = await _directory.ListMembershipsAsync(version.UserId);
        RoomId[] gone;
        lock (_gate)
        {
            gone = [.. user.Rooms.Except(present.Select(m => m.RoomId))];
        }

        foreach (var room in gone)
        {
            // Asked again, since the list is read without a moment in common with what was heard meanwhile.
            if (await _directory.FindMembershipAsync(room, version.UserId) is { IsMember: false } lost)
            {
                Hear(user, new RoomsChanged(new RoomsChange(room, MemberChange.Removed, lost.LastSeq)));
            }
        }

        foreach (var membership in present)
        {
            bool known;
            lock (_gate)
            {
                known = user.Rooms.Contains(membership.RoomId);
            }

            if (!known)
            {
                Hear(user, new RoomsChanged(new RoomsChange(membership.RoomId, MemberChange.Joined, membership.LastSeq)));
            }
        }

        lock (_gate)
        {
            user.ListVersion = version.Version;
        }
    }

    /// <summary>Says goodbye to the connections of a session that has ended, and closes them.</summary>
    public void CloseSession(UserId user, SessionId session) => _ = CloseSessionAsync(user, session);

    /// <summary>Hears of revoked sessions. Call once, before the first connection.</summary>
    public ValueTask<IDisposable> StartAsync() => _backplane.SubscribeAsync(news =>
    {
        if (news is SessionRevoked revoked)
        {
            CloseSession(revoked.UserId, revoked.SessionId);
        }
    });

    /// <summary>Takes a connection in: registered first, then attached, so that whatever happens meanwhile finds it.</summary>
    public async Task<Refusal?> ConnectAsync(LiveConnection connection, Func<Task<bool>> sessionIsLive)
    {
        if (Register(connection, out var user) is { } refused)
        {
            return refused;
        }

        try
        {
            await user.Subscription.EnsureAsync();

            // After registering: a session that is revoked from here on closes the connection, one revoked before is seen now.
            if (!await sessionIsLive())
            {
                Disconnect(connection);
                return new Refusal(ErrorCode.AuthInvalid, "The session has ended; sign in again.");
            }

            var memberships = await _directory.ListMembershipsAsync(connection.User);
            lock (_gate)
            {
                user.Rooms.UnionWith(memberships.Select(m => m.RoomId));
            }

            // Each room that nobody here listened to yet takes a round trip between processes.
            await Task.WhenAll(memberships.Select(membership => Feeds.AttachAsync(connection, membership).AsTask()));
        }
        catch
        {
            Disconnect(connection);
            throw;
        }

        _presence.Connected(connection);
        return null;
    }

    /// <summary>Takes a connection out, if it is in. Nothing is queued for it any more.</summary>
    public void Disconnect(LiveConnection connection)
    {
        foreach (var room in connection.Leave())
        {
            Feeds.Detach(connection, room);
        }

        lock (_gate)
        {
            if (_users.TryGetValue(connection.User, out var user) && user.Connections.Remove(connection) && user.Connections.Count == 0)
            {
                _users.Remove(connection.User);
                user.Dispose();
            }
        }

        _presence.Disconnected(connection);
    }

    /// <summary>Says goodbye to all and closes them; new ones are refused from now on.</summary>
    public Task CloseAllAsync(string reason)
    {
        LiveConnection[] all;
        lock (_gate)
        {
            _stopping = true;
            all = [.. _users.Values.SelectMany(u => u.Connections)];
        }

        Log.Closing(_logger, all.Length, reason);
        var goodbye = Frame.Of(_protocol, "bye", reason);
        return Task.WhenAll(all.Select(c => c.CloseAsync(goodbye, ErrorCode.ServerStopping)));
    }

    private Task CloseSessionAsync(UserId user, SessionId session)
    {
        LiveConnection[] closing;
        lock (_gate)
        {
            closing = _users.TryGetValue(user, out var entry) ? [.. entry.Connections.Where(c => c.Session == session)] : [];
        }

        var goodbye = Frame.Of(_protocol, "bye", "session.ended");
        return Task.WhenAll(closing.Select(c => c.CloseAsync(goodbye, ErrorCode.AuthInvalid)));
    }

    private IReadOnlyList<IFeedConnection> ConnectionsOf(UserId user)
    {
        lock (_gate)
        {
            return _users.TryGetValue(user, out var entry) ? [.. entry.Connections] : [];
        }
    }

    private Refusal? Register(LiveConnection connection, out UserEntry user)
    {
        lock (_gate)
        {
            user = null!;
            if (_stopping)
            {
                return ErrorCode.ServerStopping.ToRefusal();
            }

            if (_users.TryGetValue(connection.User, out var known))
            {
                user = known;
            }
            else
            {
                _users.Add(
                    connection.User,
                    user = new UserEntry(entry => _backplane.SubscribeAsync(connection.User, news => Hear(entry, news))));
            }

            if (user.Connections.Count >= _options.ConnectionsPerUser)
            {
                return new Refusal(ErrorCode.ConnectionLimit, $"A user has at most {_options.ConnectionsPerUser} connections; close one first.");
            }

            user.Connections.Add(connection);
            return null;
        }
    }

    // One piece of news after another, so that "lost the room" never overtakes "gained it".
    private void Hear(UserEntry user, UserNews news)
    {
        lock (_gate)
        {
            user.Tail = HearAsync(user, news, user.Tail);
        }
    }

    private async Task HearAsync(UserEntry user, UserNews news, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        LiveConnection[] connections;
        lock (_gate)
        {
            connections = [.. user.Connections];
        }

        try
        {
            switch (news)
            {
                case RoomsChanged { Change: var change }:
                    lock (_gate)
                    {
                        _ = change.Change is MemberChange.Joined ? user.Rooms.Add(change.RoomId) : user.Rooms.Remove(change.RoomId);
                    }

                    if (change.Change is MemberChange.Joined)
                    {
                        foreach (var connection in connections)
                        {
                            await Feeds.AttachAsync(connection, new Membership(change.RoomId, change.Seq, 0, IsMember: true));
                        }
                    }

                    Send(connections, Frame.Of(_protocol, "rooms", change));
                    break;

                case OwnReadNews read:
                    Send(connections, Frame.Of(_protocol, "read", read.RoomId, connections.FirstOrDefault()?.User, read.Seq));
                    break;
            }
        }
        catch (Exception ex)
        {
            // The connection learns of the room at its next Sync or reconnect.
            Log.NewsFailed(_logger, news.GetType().Name, ex);
        }
    }

    private static void Send(LiveConnection[] connections, Frame frame)
    {
        foreach (var connection in connections)
        {
            // Dropped when full: such a connection lags, and fetches lists and marks afresh when it catches up.
            connection.TrySend(frame);
        }
    }

    private sealed class UserEntry : IDisposable
    {
        public UserEntry(Func<UserEntry, ValueTask<IDisposable>> subscribe) => Subscription = new LazySubscription(() => subscribe(this));

        public LazySubscription Subscription { get; }

        public HashSet<LiveConnection> Connections { get; } = [];

        /// <summary>The rooms that the connections were told of, by their own list or by news.</summary>
        public HashSet<RoomId> Rooms { get; } = [];

        /// <summary>Version of the list with which <see cref="Rooms"/> was last compared.</summary>
        public long? ListVersion { get; set; }

        public Task Tail { get; set; } = Task.CompletedTask;

        public void Dispose() => Subscription.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Closing {Count} connections: {Reason}")]
        public static partial void Closing(ILogger logger, int count, string reason);

        [LoggerMessage(2, LogLevel.Warning, "News of a user ({Kind}) could not be passed on")]
        public static partial void NewsFailed(ILogger logger, string kind, Exception exception);
    }
}
