using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>The read side of rooms: each read is one read transaction, so the facts and the value are of one moment.</summary>
internal sealed class SqliteRoomReader(SqliteDatabase database) : IRoomReader
{
    private const string MembersSql =
        $"SELECT {RoomRows.MemberColumns}, m.read_seq FROM room_members m WHERE m.room_id = ? AND m.user_id > ? AND m.banned = 0 " +
        "ORDER BY m.user_id LIMIT ?";

    private const string OwnReactionSql = "SELECT 1 FROM message_reactions WHERE room_id = ? AND seq = ? AND emoji = ? AND user_id = ?";

    public Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
        RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (handle, _) => MessageRows.Read(handle, room, reader, query), cancellationToken);

    public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (handle, _) => MessageRows.Find(handle, room, reader, seq), cancellationToken);

    public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (handle, head) => EventRows.Read(handle, head, after, limit), cancellationToken);

    public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
        ReadAsync(room, reader, (handle, _) => MessageRows.Pins(handle, room, reader), cancellationToken);

    public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
        RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
        ReadAsync(
            room,
            reader,
            (handle, _) =>
            {
                var members = new List<MemberRow>();
                var rows = handle.Prepare(MembersSql).Bind(room).Bind(after).Bind(limit);
                while (rows.Step())
                {
                    members.Add(new MemberRow(RoomRows.Member(rows, 0), rows.Long(RoomRows.MemberColumnCount)));
                }

                return (IReadOnlyList<MemberRow>)members;
            },
            cancellationToken);

    public Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
        RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default) =>
        ReadAsync(
            room,
            reader,
            (handle, _) =>
            {
                var own = new List<OwnReaction>();
                foreach (var message in messages)
                {
                    foreach (var reaction in message.Reactions)
                    {
                        if (handle.Prepare(OwnReactionSql).Bind(room).Bind(message.Seq).Bind(reaction.Emoji).Bind(reader) is var row && row.Step())
                        {
                            row.Reset();
                            own.Add(new OwnReaction(message.Seq, reaction.Emoji));
                        }
                    }
                }

                return (IReadOnlyList<OwnReaction>)own;
            },
            cancellationToken);

    private Task<RoomRead<T>?> ReadAsync<T>(
        RoomId room, UserId reader, Func<SqliteHandle, RoomHead, T> read, CancellationToken cancellationToken) =>
        database.ReadAsync(
            handle => RoomRows.FindHead(handle, room) is { } head
                ? new RoomRead<T>(head, RoomRows.FindMember(handle, room, reader), read(handle, head))
                : null,
            cancellationToken);
}
