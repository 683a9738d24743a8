using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>The outbox. Positions are given out under the file's write lock, so they appear in order, which is more than the port promises.</summary>
internal sealed class SqliteOutbox(SqliteDatabase database) : IOutbox
{
    private const string ReadSql =
        "SELECT position, room_id, first_seq, last_seq, at FROM outbox WHERE position > ? ORDER BY position LIMIT ?";

    private const string DeleteSql = "DELETE FROM outbox WHERE position = ?";

    private const string SurplusSql = "SELECT position FROM outbox ORDER BY position DESC LIMIT 1 OFFSET ?";

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

    public Task<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => Delete(handle, positions), cancellationToken);

    public async Task<int> TrimAsync(DateTimeOffset before, int keep, int limit, CancellationToken cancellationToken = default)
    {
        // What is to go is found beside the writer; that somebody else deletes it first does no harm.
        var going = await database.ReadAsync(
            handle =>
            {
                var surplus = handle.Prepare(SurplusSql).Bind(keep).ExecuteLong() ?? 0;
                var positions = new List<long>();
                var rows = handle.Prepare(ReadSql).Bind(0).Bind(limit);
                while (rows.Step())
                {
                    // Times rise with positions, so the rows past their age are the first ones.
                    if (rows.Long(0) > surplus && rows.Time(4) >= before)
                    {
                        rows.Reset();
                        break;
                    }

                    positions.Add(rows.Long(0));
                }

                return positions;
            },
            cancellationToken);
        return going.Count == 0 ? 0 : await DeleteAsync(going, cancellationToken);
    }

    private static int Delete(SqliteHandle handle, IReadOnlyCollection<long> positions)
    {
        var deleted = 0;
        foreach (var position in positions)
        {
            deleted += handle.Prepare(DeleteSql).Bind(position).ExecuteCount();
        }

        return deleted;
    }
}
