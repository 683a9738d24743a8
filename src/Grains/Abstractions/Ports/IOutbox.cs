using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>Says that a room's log grew, written in the same transaction as the events. The events themselves are in the log.</summary>
/// <param name="Position">Names the row, and puts the rows of one room in the order of its commits.</param>
/// <param name="RoomId">The room.</param>
/// <param name="FirstSeq">First event of the commit.</param>
/// <param name="LastSeq">Last event of the commit.</param>
/// <param name="At">When it was committed.</param>
public readonly record struct OutboxRow(long Position, RoomId RoomId, long FirstSeq, long LastSeq, DateTimeOffset At);

/// <summary>
/// What is committed and not yet passed on. Order is promised within a room only: its rows appear in the order of its commits, none before an
/// earlier one. A row may appear below rows of other rooms that were read before, since commits on their way do not wait for one another; so
/// a reader begins at 0 again and again, and deletes exactly what it handled. Thread safe.
/// </summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IOutbox
{
    /// <summary>Rows above <paramref name="after"/>, by position, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Deletes these rows; answers how many were still there.</summary>
    Task<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken = default);

    /// <summary>
    /// Bounds an outbox that nobody empties: deletes, lowest positions first, rows from before <paramref name="before"/> and rows beyond the
    /// newest <paramref name="keep"/> (of each part, where the store keeps its outbox in parts), at most <paramref name="limit"/> (again of each
    /// part); answers how many.
    /// </summary>
    Task<int> TrimAsync(DateTimeOffset before, int keep, int limit, CancellationToken cancellationToken = default);
}
