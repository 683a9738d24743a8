using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.State.Local;

/// <summary>What one process remembers of sessions. Two generations: when the young one is full it becomes the old one.</summary>
public sealed class LocalSessionCache(SessionCacheLimits limits, TimeProvider time) : ISessionCache
{
    private readonly int _perGeneration = Math.Max(1, limits.Most / 2);

    private Generations _known = new(new(), new());

    /// <summary>Counts ends of sessions, so that an answer of the store that is older than the latest end is not remembered.</summary>
    private long _ends;

    /// <inheritdoc />
    public ValueTask<SessionMemory> FindAsync(SessionId session)
    {
        var known = Volatile.Read(ref _known);
        return new(
            (known.Young.TryGetValue(session, out var entry) || known.Old.TryGetValue(session, out entry)) && time.GetTimestamp() < entry.Until
                ? new SessionMemory(SessionKnowledge.Live, entry.User, 0)
                : new SessionMemory(SessionKnowledge.Unknown, default, Volatile.Read(ref _ends)));
    }

    /// <inheritdoc />
    public ValueTask RememberAsync(SessionId session, UserId user, TimeSpan trust, long mark)
    {
        var entry = new Entry(user, time.GetTimestamp() + (long)((trust < limits.Trust ? trust : limits.Trust).TotalSeconds * time.TimestampFrequency));
        var known = Volatile.Read(ref _known);
        if (known.Young.Count >= _perGeneration)
        {
            Interlocked.CompareExchange(ref _known, new Generations(new(), known.Young), known);
            known = Volatile.Read(ref _known);
        }

        known.Young[session] = entry;
        if (Volatile.Read(ref _ends) != mark)
        {
            // Some session ended while the store was read; it may have been this one.
            known.Young.TryRemove(session, out _);
        }

        return default;
    }

    /// <inheritdoc />
    public ValueTask EndAsync(UserId user, SessionId session)
    {
        Forget(session);
        return default;
    }

    /// <inheritdoc />
    public void Forget(SessionId session)
    {
        Interlocked.Increment(ref _ends);
        var known = Volatile.Read(ref _known);
        known.Young.TryRemove(session, out _);
        known.Old.TryRemove(session, out _);
    }

    /// <inheritdoc />
    public void ForgetAll()
    {
        Interlocked.Increment(ref _ends);
        Volatile.Write(ref _known, new Generations(new(), new()));
    }

    /// <summary>Sessions remembered now.</summary>
    internal int Count => Volatile.Read(ref _known) is var known ? known.Young.Count + known.Old.Count : 0;

    private readonly record struct Entry(UserId User, long Until);

    private sealed record Generations(ConcurrentDictionary<SessionId, Entry> Young, ConcurrentDictionary<SessionId, Entry> Old);
}
