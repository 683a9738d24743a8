using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>What a cache can say of a session.</summary>
public enum SessionKnowledge
{
    /// <summary>Nothing; ask the store.</summary>
    Unknown = 0,

    /// <summary>It is live.</summary>
    Live = 1,

    /// <summary>It has ended.</summary>
    Ended = 2,
}

/// <summary>An answer of the cache.</summary>
/// <param name="Knowledge">What is known.</param>
/// <param name="User">Whose session it is, when it is live.</param>
/// <param name="Mark">When nothing is known: to be given back with what the store says.</param>
public readonly record struct SessionMemory(SessionKnowledge Knowledge, UserId User, long Mark);

/// <summary>How much a process remembers of sessions.</summary>
/// <param name="Most">Sessions at most.</param>
/// <param name="Trust">The longest that anything is believed.</param>
public sealed record SessionCacheLimits(int Most, TimeSpan Trust);

/// <summary>
/// Remembers for a short time which sessions the store called live, for one process or several. An end that one process tells is known to all
/// that share the cache within two seconds, also when no news of it arrives, and is told there by the backplane of each process; ends that
/// happened while processes could not reach the cache are told when they can again, and until then each believes what it remembers for no
/// longer than it was told to. After an outage nothing from before it is believed. Never throws, never waits long. Thread safe.
/// </summary>
public interface ISessionCache
{
    /// <summary>What is known of the session.</summary>
    ValueTask<SessionMemory> FindAsync(SessionId session);

    /// <summary>
    /// Remembers that the store calls the session live, to be believed for <paramref name="trust"/> and never longer than
    /// <see cref="SessionCacheLimits.Trust"/>. Not remembered when an end became known since <paramref name="mark"/> was given, as it may be
    /// this one's.
    /// </summary>
    ValueTask RememberAsync(SessionId session, UserId user, TimeSpan trust, long mark);

    /// <summary>The session has ended, and the store knows; whoever asks this process from now on is not told that it is live.</summary>
    ValueTask EndAsync(UserId user, SessionId session);

    /// <summary>This process has news that the session ended.</summary>
    void Forget(SessionId session);

    /// <summary>This process believes nothing any more that it remembers by itself.</summary>
    void ForgetAll();
}
