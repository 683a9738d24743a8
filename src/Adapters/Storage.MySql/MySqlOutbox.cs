using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql;

/// <summary>
/// The outbox, a part of it in each database of messages. A position is the row's number there, with the first logical shard of the database in
/// its last eight bits, so that positions of different parts differ.
/// </summary>
internal sealed class MySqlOutbox(MySqlStore store) : IOutbox
{
    private const int ShardBits = 8, ShardMask = LogicalShards.Count - 1;

    private const string Columns = "position AS Number, room_id AS RoomId, first_seq AS FirstSeq, last_seq AS LastSeq, at AS At";

    public async Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        var parts = await Task.WhenAll(store.Map.MessageDatabases.Select(part => part.Server.ReadAsync(
            link => Read(link, part, (after - part.From) >> ShardBits, limit), cancellationToken)));
        return [.. parts.SelectMany(rows => rows).OrderBy(row => row.Position).Take(limit)];
    }

    public async Task<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken = default)
    {
        var deleted = await Task.WhenAll(
            from part in store.Map.MessageDatabases
            let numbers = positions.Where(p => (p & ShardMask) == part.From).Select(p => p >> ShardBits).ToArray()
            where numbers.Length > 0
            select DeleteAsync(part, numbers, cancellationToken));
        return deleted.Sum();
    }

    public async Task<int> TrimAsync(DateTimeOffset before, int keep, int limit, CancellationToken cancellationToken = default)
    {
        var trimmed = 0;
        foreach (var part in store.Map.MessageDatabases)
        {
            // What is to go is found beside the writers; that somebody else deletes it first does no harm.
            var going = await part.Server.ReadAsync(
                link =>
                {
                    var surplus = link.Query<long>(
                        $"SELECT position FROM `{part.Db.Name}`.outbox ORDER BY position DESC LIMIT 1 OFFSET @keep", new { keep });
                    var last = surplus is [var number] ? number : 0;
                    return Read(link, part, 0, limit).TakeWhile(row => row.Position >> ShardBits <= last || row.At < before)
                        .Select(row => row.Position >> ShardBits).ToArray();
                },
                cancellationToken);
            trimmed += going.Length == 0 ? 0 : await DeleteAsync(part, going, cancellationToken);
        }

        return trimmed;
    }

    private static Task<int> DeleteAsync(RoomDatabase part, long[] numbers, CancellationToken cancellationToken) =>
        part.Server.WriteAsync(
            (link, _) => link.Execute($"DELETE FROM `{part.Db.Name}`.outbox WHERE position IN @numbers", new { numbers }),
            repeatable: false,
            cancellationToken);

    private static IEnumerable<OutboxRow> Read(Link link, RoomDatabase part, long after, int limit) =>
        link.Query<Row>(
            $"SELECT {Columns} FROM `{part.Db.Name}`.outbox WHERE position > @after ORDER BY position LIMIT @limit", new { after, limit })
            .Select(row => new OutboxRow(
                (row.Number << ShardBits) | (long)part.From, new RoomId(row.RoomId), row.FirstSeq, row.LastSeq, DateTimeOffset.FromUnixTimeMilliseconds(row.At)));

    private sealed class Row
    {
        public long Number { get; init; }

        public long RoomId { get; init; }

        public long FirstSeq { get; init; }

        public long LastSeq { get; init; }

        public long At { get; init; }
    }
}
