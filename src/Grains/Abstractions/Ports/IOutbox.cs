using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>Says that a room's log grew, written in the same transaction as the events. The events themselves are in the log.</summary>
/// <param name="Position">Place in the outbox; grows with every commit.</param>
/// <param name="RoomId">The room.</param>
/// <param name="FirstSeq">First event of the commit.</param>
/// <param name="LastSeq">Last event of the commit.</param>
/// <param name="At">When it was committed.</param>
public readonly record struct OutboxRow(long Position, RoomId RoomId, long FirstSeq, long LastSeq, DateTimeOffset At);

/// <summary>What is committed and not yet passed on. Thread safe.</summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IOutbox
{
    /// <summary>Rows above <paramref name="after"/>, by position. A row appears after every row below it that will ever appear.</summary>
    Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Deletes rows up to and with <paramref name="position"/>, at most <paramref name="limit"/>; answers how many.</summary>
    Task<int> DeleteAsync(long position, int limit, CancellationToken cancellationToken = default);

    /// <summary>Position of the newest row ever written; 0 when there was none.</summary>
    Task<long> LastPositionAsync(CancellationToken cancellationToken = default);
}
