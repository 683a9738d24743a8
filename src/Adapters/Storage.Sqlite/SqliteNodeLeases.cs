using Chat.Abstractions;

namespace Chat.Storage.Sqlite;

/// <summary>
/// Node numbers. The one that rested longest is given out, so that processes whose clocks differ do not make the same ids.
/// </summary>
internal sealed class SqliteNodeLeases(SqliteDatabase database) : INodeLeases
{
    private const string FreeSql = "SELECT node FROM node_leases WHERE held = 0 OR expires_at <= ? ORDER BY expires_at, node LIMIT 1";
    private const string AcquireSql = "UPDATE node_leases SET token = token + 1, held = 1, expires_at = ? WHERE node = ?";
    private const string TokenSql = "SELECT token FROM node_leases WHERE node = ?";
    private const string RenewSql = "UPDATE node_leases SET expires_at = ? WHERE node = ? AND token = ? AND held = 1";
    private const string ReleaseSql = "UPDATE node_leases SET held = 0 WHERE node = ? AND token = ?";

    public Task<NodeLease?> AcquireAsync(DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                if (handle.Prepare(FreeSql).Bind(now).ExecuteLong() is not { } node)
                {
                    return null;
                }

                var expiresAt = now + duration;
                handle.Prepare(AcquireSql).Bind(expiresAt).Bind(node).Execute();
                return new NodeLease((int)node, handle.Prepare(TokenSql).Bind(node).ExecuteLong()!.Value, expiresAt);
            },
            cancellationToken);

    public Task<NodeLease?> RenewAsync(NodeLease lease, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle =>
            {
                var expiresAt = now + duration;
                return handle.Prepare(RenewSql).Bind(expiresAt).Bind(lease.Node).Bind(lease.FencingToken).ExecuteCount() == 1
                    ? lease with { ExpiresAt = expiresAt }
                    : null;
            },
            cancellationToken);

    public Task ReleaseAsync(NodeLease lease, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            handle => handle.Prepare(ReleaseSql).Bind(lease.Node).Bind(lease.FencingToken).ExecuteCount(), cancellationToken);
}
