using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>The right to make ids with a node number, until it expires.</summary>
/// <param name="Node">0 to 1023; no two live leases share one.</param>
/// <param name="FencingToken">Grows with every lease of the node; a holder with a lower one has lost it.</param>
/// <param name="ExpiresAt">When it ends unless renewed before.</param>
public sealed record NodeLease(int Node, long FencingToken, DateTimeOffset ExpiresAt);

/// <summary>Hands out node numbers. Thread safe.</summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface INodeLeases
{
    /// <summary>The free or expired node number whose last lease ended longest ago; null when all are taken.</summary>
    Task<NodeLease?> AcquireAsync(DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Prolongs a lease, also an expired one that nobody took; null when it is lost, and then no id may be made with it any more.</summary>
    Task<NodeLease?> RenewAsync(NodeLease lease, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Gives a lease back; nothing happens when it is lost already.</summary>
    Task ReleaseAsync(NodeLease lease, CancellationToken cancellationToken = default);
}

/// <summary>Makes ids: 41 bits of milliseconds since 2025, 10 bits of node, 12 bits of counter (docs/adr/0003). Thread safe.</summary>
public interface IIdSource
{
    /// <summary>A number that no other call of any process returns, above all earlier ones of this process, also when the clock steps back.</summary>
    /// <exception cref="StoreUnavailableException">The node's lease is lost and no new one could be had.</exception>
    long Next();
}

/// <summary>Where rooms are kept: 256 logical shards, mapped by the store onto its commit lanes.</summary>
public interface IShardMap
{
    /// <summary>
    /// The lane whose <see cref="IMessageShardGrain"/> commits for the room: rooms of a lane share transactions. The same for all
    /// processes that share the store.
    /// </summary>
    int LaneOf(RoomId room);
}
