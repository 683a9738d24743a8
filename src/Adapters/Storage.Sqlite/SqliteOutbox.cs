using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>The outbox. Positions are given out under the file's write lock, so they appear in order.</summary>
internal sealed class SqliteOutbox(SqliteDatabase database) : IOutbox
{
    private const string ReadSql =
        "SELECT position, room_id, first_seq, last_seq, at FROM outbox WHERE position > ? ORDER BY position LIMIT ?";

    private const string DeleteSql =
        "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE position <= ? ORDER BY position LIMIT ?)";

    private const string LastSql = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'";

    public Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<OutboxRow>>(
            handle =>
            {
                var found = new List<OutboxRow>();
                var rows = handle.Prepare(ReadSql).Bind(after).Bind(limit);
                while (rows.Step())
                {
                    found.Add(new OutboxRow(rows.Long(0), new RoomId(rows.Long(1)), rows.Long(2), rows.Long(3), rows.Time(4)));
                }

                return found;
            },
            cancellationToken);

    public Task<int> DeleteAsync(long position, int limit, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => handle.Prepare(DeleteSql).Bind(position).Bind(limit).ExecuteCount(), cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(handle => handle.Prepare(LastSql).ExecuteLong() ?? 0, cancellationToken);
}
