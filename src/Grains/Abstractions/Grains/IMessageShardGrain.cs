using Orleans;

namespace Chat.Abstractions;

/// <summary>
/// Group commit for all rooms of a lane (<see cref="IShardMap"/>). Key: the lane number in decimal. While one transaction is on its way
/// to the disk, what arrives makes the next one; nothing waits for a timer.
/// </summary>
[Alias("chat.IMessageShardGrain")]
public interface IMessageShardGrain : IGrainWithStringKey
{
    /// <summary>Commits a room's events; completes when they are on disk, or with the reason why nothing was written.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer; the outcome is unknown.</exception>
    Task<CommitOutcome> Commit(RoomCommit commit);
}
