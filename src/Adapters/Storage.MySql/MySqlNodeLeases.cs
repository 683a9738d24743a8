using Chat.Abstractions;

namespace Chat.Storage.MySql;

/// <summary>
/// Node numbers. The one that rested longest is given out, so that processes whose clocks differ do not make the same ids.
/// </summary>
internal sealed class MySqlNodeLeases(MySqlStore store) : INodeLeases
{
    // A number that another process takes at this moment is passed over, not waited for.
    private readonly string _freeSql =
        $"SELECT node AS Node, token AS Token FROM `{store.Map.First.Users.Name}`.node_leases FORCE INDEX FOR ORDER BY " +
        $"(node_leases_by_end) " +
        "WHERE held = 0 OR expires_at <= @now ORDER BY expires_at, node LIMIT 1 FOR UPDATE SKIP LOCKED";

    private readonly string _acquireSql =
        $"UPDATE `{store.Map.First.Users.Name}`.node_leases SET token = token + 1, held = 1, expires_at = @end WHERE node = @Node";

    private readonly string _renewSql =
        $"UPDATE `{store.Map.First.Users.Name}`.node_leases SET expires_at = @end WHERE node = @Node AND token = @FencingToken AND " +
        $"held = 1";

    private readonly string _holdsSql =
        $"SELECT node FROM `{store.Map.First.Users.Name}`.node_leases WHERE node = @Node AND token = @FencingToken AND held = 1";

    private readonly string _releaseSql =
        $"UPDATE `{store.Map.First.Users.Name}`.node_leases SET held = 0 WHERE node = @Node AND token = @FencingToken";

    // After a lost answer another number is taken; the first rests until it expires.
    public Task<NodeLease?> AcquireAsync(DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        store.Map.First.Server.WriteAsync(
            (link, _) =>
            {
                link.Begin();
                if (link.Query<Free>(_freeSql, new { now = now.ToUnixTimeMilliseconds() }) is not [var free])
                {
                    return null;
                }

                var expiresAt = now + duration;
                link.Execute(_acquireSql, new { end = expiresAt.ToUnixTimeMilliseconds(), free.Node });
                link.Commit();
                return new NodeLease(free.Node, free.Token + 1, expiresAt);
            },
            repeatable: true,
            cancellationToken);

    public Task<NodeLease?> RenewAsync(NodeLease lease, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        store.Map.First.Server.WriteAsync(
            (link, _) =>
            {
                var expiresAt = now + duration;
                var changed = link.Execute(_renewSql, new { end = expiresAt.ToUnixTimeMilliseconds(), lease.Node, lease.FencingToken });

                // Rows that keep their values do not count as changed.
                return changed == 1 || link.Query<int>(_holdsSql, new { lease.Node, lease.FencingToken }).Count == 1
                    ? lease with { ExpiresAt = expiresAt }
                    : null;
            },
            repeatable: true,
            cancellationToken);

    public Task ReleaseAsync(NodeLease lease, CancellationToken cancellationToken = default) =>
        store.Map.First.Server.WriteAsync(
            (link, _) => link.Execute(_releaseSql, new { lease.Node, lease.FencingToken }), repeatable: true, cancellationToken);

    private sealed class Free
    {
        public int Node { get; init; }

        public long Token { get; init; }
    }
}
