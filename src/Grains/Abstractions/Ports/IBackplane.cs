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
/// News that the backplane tells of itself. Its ways to other processes may be several, each of which carries a part of the rooms and users;
/// they are lost and come back one by one.
/// </summary>
/// <param name="Part">Which way, from 0.</param>
/// <param name="Parts">How many there are; always the same.</param>
/// <param name="IsOver">
/// False: the way was lost; until further notice nothing is exchanged with other processes there. True: it is back, subscriptions are in
/// force again, and what others published in between never arrives: whoever depends on it looks into the store.
/// </param>
public sealed record BackplaneOutage(int Part, int Parts, bool IsOver)
{
    /// <summary>Whether news of the room goes this way.</summary>
    public bool Concerns(RoomId room) => LogicalShards.Of(room) % Parts == Part;

    /// <summary>Whether news of the user goes this way.</summary>
    public bool Concerns(UserId user) => LogicalShards.Of(user) % Parts == Part;
}

/// <summary>
/// Carries news between processes, at most once: news may be lost, repeated and reordered, also between one publisher and one subscriber.
/// Publishing never waits for a subscriber and never throws for an outage. Handlers are called one at a time per subscription, must not
/// block and must not throw. Thread safe.
/// </summary>
public interface IBackplane
{
    /// <summary>
    /// Whether there may be other processes. When false, news is exchanged inside this process only, none of it is lost on the way to a
    /// subscriber that keeps up, and there are no outages.
    /// </summary>
    bool SpansProcesses { get; }

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

    /// <summary>
    /// Hears from now on when ways to other processes are lost and come back, each change once and those of one way in their order; first of
    /// the ways that are away already. News from a way may still arrive a moment after its loss was told. Dispose ends it.
    /// </summary>
    IDisposable OnOutage(Action<BackplaneOutage> handler);
}
