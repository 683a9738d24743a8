using System.Text.Json;
using System.Threading.Channels;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Redis;

/// <summary>
/// Presence over processes (docs/adr/0010). Each user's server has in which processes they are, and publishes every change to those that watch
/// the user; see presence.lua. What this process knows of its own users it knows better than any server. While a server is away, what it
/// said last of other processes' users stands.
/// </summary>
internal sealed partial class RedisPresence : IPresence, IHostedService, IAsyncDisposable
{
    private const int MostRead = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, PresenceState> _mine = [];
    private readonly Dictionary<UserId, Watched> _watched = [];
    private readonly List<Action<PresenceInfo>> _handlers = [];
    private readonly Channel<PresenceInfo> _changes = Channel.CreateUnbounded<PresenceInfo>(new UnboundedChannelOptions { SingleReader = true });
    private readonly RedisServers _servers;
    private readonly RedisMetrics _metrics;
    private readonly ILogger _logger;
    private readonly PresencePart[] _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _links = [];
    private readonly List<Task> _running = [];
    private bool _stopped;

    public RedisPresence(
        RedisServers servers, RedisMetrics metrics, IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisPresence> logger)
    {
        _servers = servers;
        _metrics = metrics;
        _logger = logger;
        _parts = [.. servers.Links.Select(link => new PresencePart(this, link, servers, options.Value, time, logger))];
    }

    /// <inheritdoc />
    public void Tell(PresenceInfo user)
    {
        lock (_gate)
        {
            if (user.State is PresenceState.Offline)
            {
                _mine.Remove(user.UserId);
            }
            else
            {
                _mine[user.UserId] = user.State;
            }

            if (_watched.TryGetValue(user.UserId, out var watched))
            {
                if (user.LastSeen > (watched.Others.LastSeen ?? DateTimeOffset.MinValue))
                {
                    watched.Others = watched.Others with { LastSeen = user.LastSeen };
                }

                Compare(watched);
            }
        }

        PartOf(user.UserId).Tell(user);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<PresenceInfo>> WatchAsync(IReadOnlyList<UserId> users)
    {
        var known = new List<Task>();
        lock (_gate)
        {
            var added = new List<Watched>();
            foreach (var user in users)
            {
                if (!_watched.TryGetValue(user, out var watched))
                {
                    _watched.Add(user, watched = new Watched(user));
                    watched.Last = Combine(watched);
                    added.Add(watched);
                }

                watched.Times++;
                known.Add(watched.Known);
            }

            foreach (var part in added.GroupBy(watched => _servers.Of(watched.User)))
            {
                var (link, mine) = (part.Key, part.ToList());
                // Not on this thread: it holds the lock.
                var learning = Task.Run(() => LearnAsync(link, mine));
                mine.ForEach(watched => watched.Known = learning);
                known.Add(learning);
            }
        }

        await Task.WhenAll(known);
        lock (_gate)
        {
            return [.. users.Select(user => _watched.GetValueOrDefault(user)?.Last ?? new PresenceInfo(user, PresenceState.Offline, null))];
        }
    }

    /// <inheritdoc />
    public void Unwatch(IReadOnlyList<UserId> users)
    {
        var ended = new List<IDisposable>();
        lock (_gate)
        {
            foreach (var user in users)
            {
                if (_watched.TryGetValue(user, out var watched) && --watched.Times == 0)
                {
                    _watched.Remove(user);
                    if (watched.Subscription is { } subscription)
                    {
                        ended.Add(subscription);
                    }
                }
            }
        }

        ended.ForEach(subscription => subscription.Dispose());
    }

    /// <inheritdoc />
    public IDisposable OnChange(Action<PresenceInfo> handler)
    {
        lock (_gate)
        {
            _handlers.Add(handler);
        }

        return new Ending(() =>
        {
            lock (_gate)
            {
                _handlers.Remove(handler);
            }
        });
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running.Add(Task.Run(TellChangesAsync, CancellationToken.None));
        foreach (var (link, part) in _servers.Links.Zip(_parts))
        {
            _links.Add(link.OnChange(up => OnLink(link, part, up)));
            _running.Add(Task.Run(() => part.RunAsync(_stop.Token), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _links.ForEach(heard => heard.Dispose());
        await _stop.CancelAsync();
        _changes.Writer.TryComplete();
        await Task.WhenAll(_running);
        await Task.WhenAll(_parts.Select(part => part.LeaveAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stop.Dispose();
    }

    /// <summary>Whether a user is here.</summary>
    internal bool Has(UserId user)
    {
        lock (_gate)
        {
            return _mine.ContainsKey(user);
        }
    }

    /// <summary>The users of this process who belong to a server.</summary>
    internal List<PresenceInfo> MineAt(RedisLink link)
    {
        lock (_gate)
        {
            return [.. _mine.Where(user => _servers.Of(user.Key) == link).Select(user => new PresenceInfo(user.Key, user.Value, null))];
        }
    }

    /// <summary>Asks the server how the watched users are.</summary>
    internal async Task LookAsync(PresencePart part, RedisLink link)
    {
        List<UserId> users;
        lock (_gate)
        {
            users = [.. _watched.Keys.Where(user => _servers.Of(user) == link)];
        }

        foreach (var chunk in users.Chunk(MostRead))
        {
            foreach (var document in await part.ReadAsync(chunk) ?? [])
            {
                Hear(document);
            }
        }
    }

    private PresencePart PartOf(UserId user) => _parts[_servers.Of(user).Index];

    private async Task LearnAsync(RedisLink link, List<Watched> added)
    {
        // News first, so that nothing is missed between the answer and the news.
        await Task.WhenAll(added.Select(async watched =>
        {
            var subscription = await link.SubscribeAsync($"{_servers.Prefix}:presence:{watched.User}", Hear);
            lock (_gate)
            {
                if (watched.Times > 0)
                {
                    watched.Subscription = subscription;
                    return;
                }
            }

            subscription.Dispose();
        }));
        foreach (var chunk in added.Chunk(MostRead))
        {
            foreach (var document in await _parts[link.Index].ReadAsync(chunk.Select(watched => watched.User)) ?? [])
            {
                Hear(document);
            }
        }
    }

    private void OnLink(RedisLink link, PresencePart part, bool up)
    {
        if (up)
        {
            part.Back();
            return;
        }

        lock (_gate)
        {
            // A server that comes back with another clock must not be taken for one that tells old news.
            foreach (var watched in _watched.Values.Where(watched => _servers.Of(watched.User) == link))
            {
                watched.Version = 0;
            }
        }
    }

    private void Hear(byte[] text)
    {
        try
        {
            if (PresenceDocument.Read(text) is not { } document)
            {
                return;
            }

            lock (_gate)
            {
                if (_watched.TryGetValue(document.UserId, out var watched) && document.Version >= watched.Version)
                {
                    watched.Version = document.Version;
                    watched.Others = document.Beside(_servers.Process);
                    Compare(watched);
                }
            }
        }
        catch (JsonException e)
        {
            _metrics.DroppedMalformed();
            Log.Malformed(_logger, e.Message);
        }
    }

    /// <summary>Tells when a watched user is another way than was told last.</summary>
    private void Compare(Watched watched)
    {
        var now = Combine(watched);
        var changed = now.State != watched.Last.State;
        watched.Last = now;
        if (changed)
        {
            _changes.Writer.TryWrite(now);
        }
    }

    private PresenceInfo Combine(Watched watched)
    {
        var here = _mine.GetValueOrDefault(watched.User);
        var state = here > watched.Others.State ? here : watched.Others.State;
        return new PresenceInfo(watched.User, state, state is PresenceState.Offline ? watched.Others.LastSeen : null);
    }

    // One after another and outside the lock: a handler has locks of its own.
    private async Task TellChangesAsync()
    {
        await foreach (var change in _changes.Reader.ReadAllAsync())
        {
            Action<PresenceInfo>[] handlers;
            lock (_gate)
            {
                handlers = [.. _handlers];
            }

            foreach (var handler in handlers)
            {
                try
                {
                    handler(change);
                }
                catch (Exception e)
                {
                    Log.HandlerFailed(_logger, e);
                }
            }
        }
    }

    private sealed class Watched(UserId user)
    {
        public UserId User { get; } = user;

        public int Times { get; set; }

        public IDisposable? Subscription { get; set; }

        /// <summary>Ends when the server was asked.</summary>
        public Task Known { get; set; } = Task.CompletedTask;

        public long Version { get; set; }

        public PresenceInfo Others { get; set; } = new(user, PresenceState.Offline, null);

        public PresenceInfo Last { get; set; } = new(user, PresenceState.Offline, null);
    }

    private static partial class Log
    {
        [LoggerMessage(22, LogLevel.Warning, "A document that is no presence came from Redis and was dropped: {Reason}")]
        public static partial void Malformed(ILogger logger, string reason);

        [LoggerMessage(23, LogLevel.Error, "A change of presence could not be passed on.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception);
    }
}
