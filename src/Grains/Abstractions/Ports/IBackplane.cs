using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>News of a room for the processes that have connections in it.</summary>
public abstract record RoomNews;

/// <summary>Events that were committed, in seq order without gaps.</summary>
public sealed record EventsCommitted(IReadOnlyList<RoomEvent> Events) : RoomNews;

/// <summary>The log reaches up to here; the events are in the store (sent when they are too many, or were committed by another process).</summary>
public sealed record LogAdvanced(long LastSeq) : RoomNews;

/// <summary>Somebody types.</summary>
public sealed record TypingNews(UserId UserId) : RoomNews;

/// <summary>Somebody's read mark moved.</summary>
public sealed record ReadNews(UserId UserId, long Seq) : RoomNews;

/// <summary>News of a user for the processes that have connections of theirs.</summary>
public abstract record UserNews;

/// <summary>The user gained or lost a room.</summary>
public sealed record RoomsChanged(RoomsChange Change) : UserNews;

/// <summary>The user's own read mark moved in a room.</summary>
public sealed record OwnReadNews(RoomId RoomId, long Seq) : UserNews;

/// <summary>News for every process.</summary>
public abstract record GlobalNews;

/// <summary>A session ended: close its connections, accept its tokens no more.</summary>
public sealed record SessionRevoked(UserId UserId, SessionId SessionId) : GlobalNews;

/// <summary>
/// Carries news between processes, at most once: news may be lost, repeated and reordered, also between one publisher and one subscriber.
/// Publishing never waits for a subscriber and never throws for an outage. Handlers are called one at a time per subscription, must not
/// block and must not throw. Thread safe.
/// </summary>
public interface IBackplane
{
    /// <summary>Sends news of a room.</summary>
    void Publish(RoomId room, RoomNews news);

    /// <summary>Sends news of a user.</summary>
    void Publish(UserId user, UserNews news);

    /// <summary>Sends news to every process, this one included.</summary>
    void Publish(GlobalNews news);

    /// <summary>Hears of a room from now on: what is published after the task completed is delivered, as far as anything is. Dispose ends it.</summary>
    ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler);

    /// <summary>Hears of a user from now on; as for rooms.</summary>
    ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler);

    /// <summary>Hears what goes to every process from now on; as for rooms.</summary>
    ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler);
}
