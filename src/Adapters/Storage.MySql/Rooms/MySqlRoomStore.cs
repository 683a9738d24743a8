using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>The write side of rooms.</summary>
internal sealed class MySqlRoomStore(MySqlStore store, RoomLists lists) : IRoomStore
{
    public Task<RoomSnapshot?> LoadAsync(RoomId room, CancellationToken cancellationToken = default)
    {
        var shard = store.Map.Of(room);
        return shard.Server.ReadAsync(
            link => link.Begin(
                RoomRows.BeginSnapshot().AddHead(shard, room)
                    .Add($"SELECT {RoomRows.MemberColumns} FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} ORDER BY m.user_id"),
                rows =>
                {
                    if (RoomRows.FindHead(rows) is not { } head)
                    {
                        return null;
                    }

                    rows.Next();
                    var members = new List<MemberState>(head.MemberCount);
                    while (rows.Step())
                    {
                        members.Add(RoomRows.Member(rows, 0));
                    }

                    return new RoomSnapshot(head, members);
                }),
            cancellationToken);
    }

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(
        IReadOnlyList<RoomCommit> commits, CancellationToken cancellationToken = default)
    {
        RoomCommitRules.Check(commits);
        CheckPlacement(commits);
        var groups = commits.GroupBy(c => store.Map.Of(c.Head.Id)).Select(shard => new GroupCommit(store, shard.Key, [.. shard])).ToList();

        // Groups of several servers cannot be called off together once the first has begun.
        var cancel = groups.Count == 1 ? cancellationToken : CancellationToken.None;
        await Task.WhenAll(groups.Select(group => group.Shard.Server.WriteAsync(group.Run, repeatable: true, cancel)));
        await lists.CarryOverAsync([.. groups.SelectMany(group => group.ListChanges)]);
        var outcomes = groups.SelectMany(group => group.Outcomes).ToDictionary();
        return [.. commits.Select(commit => outcomes[commit.Head.Id])];
    }

    public Task<ClientIdRecord?> FindClientIdAsync(
        RoomId room, UserId sender, string clientId, CancellationToken cancellationToken = default)
    {
        var shard = store.Map.Of(room);
        return shard.Server.ReadAsync(
            link => link.Query(
                new SqlBatch().Add(
                    $"SELECT content_hash, seq, message_id, at FROM {shard.Messages}.message_client_ids WHERE room_id = {room} AND " +
                    $"user_id = {sender} AND client_key = {KeyText.Of(clientId)}"),
                rows => rows.Step()
                    ? new ClientIdRecord(sender, clientId, rows.Long(0), new SendAck(room, rows.Long(1), new MessageId(rows.Long(2)), rows.Time(3)))
                    : null),
            cancellationToken);
    }

    public async Task<ReadState?> MarkReadAsync(RoomId room, UserId user, long seq, CancellationToken cancellationToken = default)
    {
        // A mark that does not move (a second device, a late call) costs no write: what a reader sees is on disk.
        var shard = store.Map.Of(room);
        var (found, moves) = await shard.Server.ReadAsync(link => ReadMark.Find(link, shard, room, user, seq), cancellationToken);
        return moves
            ? await shard.Server.WriteAsync((link, _) => ReadMark.Move(link, shard, room, user, seq), repeatable: true, cancellationToken)
            : found;
    }

    public async Task<int> DropClientIdsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default)
    {
        var dropped = 0;
        foreach (var (server, db, _) in store.Map.MessageDatabases)
        {
            var left = limit - dropped;
            if (left > 0)
            {
                dropped += await server.WriteAsync(
                    (link, _) => link.Execute(
                        $"DELETE FROM `{db.Name}`.message_client_ids WHERE at < @before ORDER BY at LIMIT @left",
                        new { before = before.ToUnixTimeMilliseconds(), left }),
                    repeatable: false,
                    cancellationToken);
            }
        }

        return dropped;
    }

    /// <summary>A direct room is unique by its key, which only the key's own shard can see to.</summary>
    private static void CheckPlacement(IReadOnlyList<RoomCommit> commits)
    {
        foreach (var head in commits.Where(c => c.ExpectedVersion == 0).Select(c => c.Head))
        {
            if (head.DirectKey is { } key && LogicalShards.Of(head.Id) != LogicalShards.OfKey(key))
            {
                throw new ArgumentException($"Direct room {head.Id} is not on the shard of its key {key}.", nameof(commits));
            }
        }
    }
}
