using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>The write side of rooms.</summary>
internal sealed class SqliteRoomStore(SqliteDatabase database) : IRoomStore
{
    private const string MembersSql = $"SELECT {RoomRows.MemberColumns} FROM room_members m WHERE m.room_id = ? ORDER BY m.user_id";

    private const string FindClientIdSql =
        "SELECT content_hash, seq, message_id, at FROM message_client_ids WHERE room_id = ? AND user_id = ? AND client_id = ?";

    private const string DropClientIdsSql =
        "DELETE FROM message_client_ids WHERE (room_id, user_id, client_id) IN " +
        "(SELECT room_id, user_id, client_id FROM message_client_ids WHERE at < ? ORDER BY at LIMIT ?)";

    private const string FindMarkSql =
        $"SELECT {RoomRows.MarkColumns}, m.banned FROM room_members m WHERE m.room_id = ? AND m.user_id = ?";

    // What the mark passes is found by one step into an index each, whatever the number of messages.
    private const string MoveMarkSql =
        """
        UPDATE room_members SET
            read_seq = ?3,
            read_messages = coalesce((SELECT ordinal FROM messages WHERE room_id = ?1 AND seq <= ?3 ORDER BY seq DESC LIMIT 1), 0),
            read_mentions = coalesce((SELECT ordinal FROM message_mentions WHERE room_id = ?1 AND user_id = ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT 1), 0),
            read_room_mentions = coalesce((SELECT ordinal FROM message_mentions WHERE room_id = ?1 AND user_id = 0 AND seq <= ?3 ORDER BY seq DESC LIMIT 1), 0)
        WHERE room_id = ?1 AND user_id = ?2
        """;

    public Task<RoomSnapshot?> LoadAsync(RoomId room, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            handle =>
            {
                if (RoomRows.FindHead(handle, room) is not { } head)
                {
                    return null;
                }

                var members = new List<MemberState>(head.MemberCount);
                var rows = handle.Prepare(MembersSql).Bind(room);
                while (rows.Step())
                {
                    members.Add(RoomRows.Member(rows, 0));
                }

                return new RoomSnapshot(head, members);
            },
            cancellationToken);

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(
        IReadOnlyList<RoomCommit> commits, CancellationToken cancellationToken = default)
    {
        RoomCommitRules.Check(commits);
        if (commits.Count == 0)
        {
            return [];
        }

        return await database.WriteAsync(
            handle =>
            {
                var outcomes = new CommitOutcome[commits.Count];
                for (var i = 0; i < outcomes.Length; i++)
                {
                    outcomes[i] = Commit(handle, commits[i]);
                }

                return outcomes;
            },
            cancellationToken);
    }

    public Task<ClientIdRecord?> FindClientIdAsync(
        RoomId room, UserId sender, string clientId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(handle => FindClientId(handle, room, sender, clientId), cancellationToken);

    public async Task<ReadState?> MarkReadAsync(RoomId room, UserId user, long seq, CancellationToken cancellationToken = default)
    {
        // A mark that does not move (a second device, a late call) costs no write: what a reader sees is on disk.
        var (found, moves) = await database.ReadAsync(handle => FindMark(handle, room, user, seq), cancellationToken);
        return moves ? await database.WriteAsync(handle => MoveMark(handle, room, user, seq), cancellationToken) : found;
    }

    public Task<int> DropClientIdsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        database.WriteAsync(handle => handle.Prepare(DropClientIdsSql).Bind(before).Bind(limit).ExecuteCount(), cancellationToken);

    internal static ClientIdRecord? FindClientId(SqliteHandle handle, RoomId room, UserId sender, string clientId)
    {
        var row = handle.Prepare(FindClientIdSql).Bind(room).Bind(sender).Bind(clientId);
        if (!row.Step())
        {
            return null;
        }

        var ack = new SendAck(room, row.Long(1), new MessageId(row.Long(2)), row.Time(3));
        var record = new ClientIdRecord(sender, clientId, row.Long(0), ack);
        row.Reset();
        return record;
    }

    /// <summary>One room's part, inside a savepoint of its own: what is not committed leaves nothing behind.</summary>
    private static CommitOutcome Commit(SqliteHandle handle, RoomCommit commit)
    {
        handle.Prepare("SAVEPOINT room").Execute();
        var outcome = RoomCommitWriter.Write(handle, commit);
        if (outcome.Status is not CommitStatus.Committed)
        {
            handle.Prepare("ROLLBACK TO room").Execute();
        }

        handle.Prepare("RELEASE room").Execute();
        return outcome;
    }

    private static (ReadState? State, bool Moves) FindMark(SqliteHandle handle, RoomId room, UserId user, long seq)
    {
        if (RoomRows.FindHead(handle, room) is not { } head)
        {
            return (null, false);
        }

        var row = handle.Prepare(FindMarkSql).Bind(room).Bind(user);
        if (!row.Step())
        {
            return (null, false);
        }

        var mark = row.Bool(5) ? null : RoomRows.Mark(row, 0, head);
        row.Reset();
        return (mark, mark is not null && Math.Min(seq, head.LastSeq) > mark.ReadSeq);
    }

    private static ReadState? MoveMark(SqliteHandle handle, RoomId room, UserId user, long seq)
    {
        var (mark, moves) = FindMark(handle, room, user, seq);
        if (!moves)
        {
            return mark;
        }

        var last = RoomRows.FindHead(handle, room)!.LastSeq;
        handle.Prepare(MoveMarkSql).Bind(room).Bind(user).Bind(Math.Min(seq, last)).Execute();
        return FindMark(handle, room, user, 0).State;
    }
}
