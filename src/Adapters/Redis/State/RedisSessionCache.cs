using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>
/// Sessions that several processes remember together (docs/adr/0010), behind what each remembers by itself. Ends are kept in Redis for a while and
/// every process looks for them each second, so that one whose news was lost is known all the same; it is then told here as if the news had come.
/// What Redis says is not believed for a while after an outage, since ends may have gone unrecorded; when Redis has lost its data, nobody's
/// memory is.
/// </summary>
internal sealed class RedisSessionCache : ISessionCache, IHostedService, IAsyncDisposable
{
    private const string Ended = "ended";
    private const int MostAtOnce = 1000;
    private const int MostUnrecorded = 10_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // An end is looked for a second time, should it have been recorded a moment before another that was seen.
    private const double Overlap = 2000;

    // Longer than any answer of the store is on its way, and than any process is away without noticing.
    private static readonly TimeSpan KeepEnds = TimeSpan.FromHours(1);

    private readonly ISessionCache _own;
    private readonly SessionCacheLimits _limits;
    private readonly IBackplane _backplane;
    private readonly RedisServers _servers;
    private readonly TimeProvider _time;
    private readonly Part[] _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _links = [];
    private readonly List<Task> _running = [];

    /// <param name="own">What this process remembers by itself.</param>
    /// <param name="limits">How much is remembered.</param>
    /// <param name="backplane">The backplane of this process alone: others find out for themselves.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="time">The clock.</param>
    public RedisSessionCache(ISessionCache own, SessionCacheLimits limits, IBackplane backplane, RedisServers servers, TimeProvider time)
    {
        _own = own;
        _limits = limits;
        _backplane = backplane;
        _servers = servers;
        _time = time;
        _parts = [.. servers.Links.Select(link => new Part(link))];
    }

    /// <inheritdoc />
    public async ValueTask<SessionMemory> FindAsync(SessionId session)
    {
        var memory = await _own.FindAsync(session);
        var part = PartOf(session);
        if (memory.Knowledge is not SessionKnowledge.Unknown || !part.Link.IsUp)
        {
            return memory;
        }

        var reply = await CallAsync(part, "find", session.ToString());
        if (!reply.Came || (RedisResult[]?)reply.Value is not [var found, var left] || (string?)found is not { } known)
        {
            return memory;
        }

        if (known == Ended)
        {
            return new SessionMemory(SessionKnowledge.Ended, default, 0);
        }

        if (!IdText.TryParse<UserId>(known, out var user) || !part.IsTrusted(_time, _limits.Trust))
        {
            return memory;
        }

        await _own.RememberAsync(session, user, TimeSpan.FromMilliseconds((double)left), memory.Mark);
        return new SessionMemory(SessionKnowledge.Live, user, 0);
    }

    /// <inheritdoc />
    public async ValueTask RememberAsync(SessionId session, UserId user, TimeSpan trust, long mark)
    {
        var part = PartOf(session);
        trust = trust < _limits.Trust ? trust : _limits.Trust;
        if (trust >= TimeSpan.FromMilliseconds(1))
        {
            var reply = await CallAsync(part, "remember", session.ToString(), user.ToString(), Milliseconds(trust));
            if (reply.Came && (string?)reply.Value == Ended)
            {
                return;
            }
        }

        await _own.RememberAsync(session, user, trust, mark);
    }

    /// <inheritdoc />
    public async ValueTask EndAsync(UserId user, SessionId session)
    {
        Forget(session);
        var part = PartOf(session);
        if (!await RecordAsync(part, user, session))
        {
            part.Postpone(user, session);
        }
    }

    /// <inheritdoc />
    public void Forget(SessionId session) => _own.Forget(session);

    /// <inheritdoc />
    public void ForgetAll() => _own.ForgetAll();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            _links.Add(part.Link.OnChange(up =>
            {
                if (up)
                {
                    part.Distrust(_time);
                    ForgetAll();
                }
            }));
            _running.Add(Task.Run(() => RunAsync(part), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _links.ForEach(heard => heard.Dispose());
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
        }

        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private Part PartOf(SessionId session) => _parts[_servers.Of(session).Index];

    private async Task RunAsync(Part part)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (part.Link.IsUp)
            {
                await RecordPostponedAsync(part);
                await LookAsync(part);
            }

            await Task.WhenAny(Task.Delay(LookEvery, _time, _stop.Token));
        }
    }

    private async Task RecordPostponedAsync(Part part)
    {
        while (part.Postponed() is { } ended)
        {
            if (!await RecordAsync(part, ended.User, ended.Session))
            {
                part.Postpone(ended.User, ended.Session);
                return;
            }
        }
    }

    /// <summary>Looks for ends that others told.</summary>
    private async Task LookAsync(Part part)
    {
        RedisValue[] found;
        do
        {
            var reply = await CallAsync(
                part, "since", part.Looked.ToString("0", CultureInfo.InvariantCulture), MostAtOnce, Guid.NewGuid().ToString("n"));
            if (!reply.Came || (RedisValue[]?)reply.Value is not [var life, var now, .. var ends])
            {
                return;
            }

            if (part.Life is { } former && former != (string?)life)
            {
                // The server lost its data, and with it ends that somebody may not have seen.
                ForgetAll();
            }

            part.Life = life;
            found = ends;
            var newest = (double)now;
            for (var i = 0; i + 1 < found.Length; i += 2)
            {
                newest = (double)found[i + 1];
                Hear(part, (string?)found[i] ?? "", newest);
            }

            // A full answer goes on from its last; if all of it is of one millisecond, what is beyond it waits for the news.
            part.Looked = found.Length == MostAtOnce * 2 ? Math.Max(newest, part.Looked + 1) : (double)now - Overlap;
        }
        while (found.Length == MostAtOnce * 2);
        part.Forget((long)(part.Looked - Overlap));
    }

    private void Hear(Part part, string member, double at)
    {
        var colon = member.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && part.Seen.TryAdd(member, at)
            && IdText.TryParse<SessionId>(member.AsSpan(0, colon), out var session) && IdText.TryParse<UserId>(member.AsSpan(colon + 1), out var user))
        {
            Forget(session);
            _backplane.Publish(new SessionRevoked(user, session));
        }
    }

    private async ValueTask<bool> RecordAsync(Part part, UserId user, SessionId session) =>
        (await CallAsync(part, "end", session.ToString(), user.ToString(), Milliseconds(KeepEnds))).Came;

    private ValueTask<RedisReply<RedisResult>> CallAsync(Part part, string command, params RedisValue[] more) =>
        part.Link.TryAsync(Scripts.Sessions, [], [command, _servers.Prefix, .. more]);

    private static RedisValue Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>The sessions of one server.</summary>
    private sealed class Part(RedisLink link)
    {
        private readonly Queue<(UserId User, SessionId Session)> _postponed = new();
        private long _distrusted = long.MinValue;

        public RedisLink Link { get; } = link;

        /// <summary>Up to when, by the server's clock, ends were looked for; only the loop uses it, and what follows.</summary>
        public double Looked { get; set; }

        public string? Life { get; set; }

        public Dictionary<string, double> Seen { get; } = new(StringComparer.Ordinal);

        /// <summary>Entries from before now may be of sessions whose end went unrecorded; they are gone when they have expired.</summary>
        public void Distrust(TimeProvider time) => Interlocked.Exchange(ref _distrusted, time.GetTimestamp());

        public bool IsTrusted(TimeProvider time, TimeSpan trust) =>
            Interlocked.Read(ref _distrusted) is var since && (since == long.MinValue || time.GetElapsedTime(since) > trust);

        public void Postpone(UserId user, SessionId session)
        {
            lock (_postponed)
            {
                if (_postponed.Count >= MostUnrecorded)
                {
                    _postponed.Dequeue();
                }

                _postponed.Enqueue((user, session));
            }
        }

        public (UserId User, SessionId Session)? Postponed()
        {
            lock (_postponed)
            {
                return _postponed.TryDequeue(out var ended) ? ended : null;
            }
        }

        public void Forget(double before)
        {
            foreach (var (member, at) in Seen)
            {
                if (at < before)
                {
                    Seen.Remove(member);
                }
            }
        }
    }
}
