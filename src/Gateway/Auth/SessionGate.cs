using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Auth;

/// <summary>
/// Says of every call whether its session is still live. Remembers what the store said for a short time, drops it on news that a session
/// ended, and holds a bounded number of sessions. Thread safe.
/// </summary>
internal sealed class SessionGate(ISessionStore sessions, IBackplane backplane, IOptions<AuthOptions> options, TimeProvider time)
    : IHostedService, IDisposable
{
    private readonly int _perGeneration = Math.Max(1, options.Value.SessionCache / 2);
    private readonly TimeSpan _recheck = options.Value.SessionRecheck;
    private IDisposable? _subscription;

    /// <summary>Sessions known to be live, and until when that is believed. Two generations: when the young one is full it becomes the old one.</summary>
    private Generations _known = new(new(), new());

    /// <summary>Counts ends of sessions, so that an answer of the store that is older than the latest end is not remembered.</summary>
    private long _ends;

    /// <summary>Whether the session is that user's and has neither ended nor expired.</summary>
    /// <exception cref="StoreUnavailableException">It is not remembered, and the store did not answer.</exception>
    public async ValueTask<bool> IsLiveAsync(UserId user, SessionId session, CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _known);
        if ((known.Young.TryGetValue(session, out var entry) || known.Old.TryGetValue(session, out entry)) && time.GetTimestamp() < entry.Until)
        {
            return entry.User == user;
        }

        var ends = Volatile.Read(ref _ends);
        var found = await sessions.FindAsync(session, time.GetUtcNow(), cancellationToken);
        if (found is null)
        {
            return false;
        }

        Remember(session, new Entry(found.UserId, time.GetTimestamp() + (long)(_recheck.TotalSeconds * time.TimestampFrequency)), ends);
        return found.UserId == user;
    }

    /// <summary>Forgets a session that ended, at once.</summary>
    public void Forget(SessionId session)
    {
        Interlocked.Increment(ref _ends);
        var known = Volatile.Read(ref _known);
        known.Young.TryRemove(session, out _);
        known.Old.TryRemove(session, out _);
    }

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _subscription = await backplane.SubscribeAsync(news =>
        {
            if (news is SessionRevoked revoked)
            {
                Forget(revoked.SessionId);
            }
        });

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    /// <summary>Sessions remembered now.</summary>
    internal int Count => Volatile.Read(ref _known) is var known ? known.Young.Count + known.Old.Count : 0;

    private void Remember(SessionId session, Entry entry, long ends)
    {
        var known = Volatile.Read(ref _known);
        if (known.Young.Count >= _perGeneration)
        {
            Interlocked.CompareExchange(ref _known, new Generations(new(), known.Young), known);
            known = Volatile.Read(ref _known);
        }

        known.Young[session] = entry;
        if (Volatile.Read(ref _ends) != ends)
        {
            // Some session ended while the store was read; it may have been this one.
            known.Young.TryRemove(session, out _);
        }
    }

    private readonly record struct Entry(UserId User, long Until);

    private sealed record Generations(ConcurrentDictionary<SessionId, Entry> Young, ConcurrentDictionary<SessionId, Entry> Old);
}
