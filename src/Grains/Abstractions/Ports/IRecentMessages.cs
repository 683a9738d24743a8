using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>The newest messages of a room as they were at one version of it.</summary>
/// <param name="Version">The room's version (<see cref="RoomHead.Version"/>), which every change of a message, reactions included, moves on.</param>
/// <param name="IsWhole">There are no older messages.</param>
/// <param name="Messages">Newest first, as nobody in particular sees them: <see cref="Reaction.Me"/> is false throughout.</param>
public sealed record RecentPage(long Version, bool IsWhole, IReadOnlyList<Message> Messages)
{
    /// <summary>Whether it holds the first page of that length.</summary>
    public bool Covers(int limit) => IsWhole || Messages.Count >= limit;
}

/// <summary>
/// Remembers the newest messages of rooms, for one process or several. What is found may be old: whoever uses it compares its version with the
/// room's of now, read together with whether the reader may see it. Holds a bounded amount, and nothing for longer than <see cref="Life"/>.
/// Never throws, never waits long. Thread safe.
/// </summary>
public interface IRecentMessages
{
    /// <summary>The longest that anything is remembered: what retention drops from the store is gone here soon after.</summary>
    static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>What is remembered of the room; null when nothing is.</summary>
    ValueTask<RecentPage?> FindAsync(RoomId room);

    /// <summary>Remembers this of the room, in place of what was remembered. Large pages may be passed over.</summary>
    ValueTask KeepAsync(RoomId room, RecentPage page);
}
