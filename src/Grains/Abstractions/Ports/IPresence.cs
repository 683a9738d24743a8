using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// Who is there, over all processes. Each process tells how its own users are; a user is online while they are online in any process, away
/// while they are not but are away in one, and offline otherwise. Users whom nobody ever told of are offline.
/// <para>Changes of watched users are told in their order for each user, some perhaps more than once; of several quick ones at least the last.
/// When a process dies without a word, its users count as offline within 15 s; one that only stood still tells of its users again. While other
/// processes cannot be asked, the users of this one are told of alone, and of the others what was known last. Never throws. Thread safe.</para>
/// </summary>
public interface IPresence
{
    /// <summary>
    /// Tells how a user of this process is now (<see cref="PresenceState.Offline"/>, with the last-seen time: not here any more). Returns at
    /// once. The tellings of one user must come one at a time.
    /// </summary>
    void Tell(PresenceInfo user);

    /// <summary>
    /// Hears of changes of these users from now on, one time more for each call, and answers how they are, in the order given. What was told by
    /// <see cref="OnChange"/> before the task completed is in the answer.
    /// </summary>
    ValueTask<IReadOnlyList<PresenceInfo>> WatchAsync(IReadOnlyList<UserId> users);

    /// <summary>Undoes one watch of each of these users.</summary>
    void Unwatch(IReadOnlyList<UserId> users);

    /// <summary>Calls the handler for every change of a watched user; it must not block. Dispose ends it.</summary>
    IDisposable OnChange(Action<PresenceInfo> handler);
}
