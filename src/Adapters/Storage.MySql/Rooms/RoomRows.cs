using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>Rows of <c>rooms</c> and <c>room_members</c>.</summary>
internal static class RoomRows
{
    /// <summary>Columns of a head, from column 0.</summary>
    public static readonly Sql HeadColumns = new(
        "r.id, r.kind, r.version, r.last_seq, r.message_count, r.room_mention_count, r.member_count, r.pin_count, r.last_message_seq, " +
        "r.last_at, r.archived, r.name, r.topic, r.created_at, r.created_by, r.direct_key");

    /// <summary>How many those are: where the next columns begin.</summary>
    public const int HeadColumnCount = 16;

    /// <summary>Columns of a membership.</summary>
    public static readonly Sql MemberColumns = new("m.user_id, m.role, m.banned, m.joined_seq, m.muted_until");

    /// <summary>How many those are.</summary>
    public const int MemberColumnCount = 5;

    /// <summary>Columns of a read mark and the counts at it.</summary>
    public static readonly Sql MarkColumns = new("m.read_seq, m.read_messages, m.read_mentions, m.read_room_mentions, m.mention_count");

    /// <summary>How many those are.</summary>
    public const int MarkColumnCount = 5;

    /// <summary>Begins a read of one moment, whatever the server's default isolation is, for which it waits for no writer.</summary>
    public static SqlBatch BeginSnapshot() =>
        new SqlBatch()
            .Add(new Sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            .Add(new Sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));

    /// <summary>Asks for a head; read by <see cref="FindHead"/>.</summary>
    public static SqlBatch AddHead(this SqlBatch batch, RoomShard shard, RoomId room) =>
        batch.Add($"SELECT {HeadColumns} FROM {shard.Rooms}.rooms r WHERE r.id = {room}");

    /// <summary>Asks for a membership; read by <see cref="FindMember"/>.</summary>
    public static SqlBatch AddMember(this SqlBatch batch, RoomShard shard, RoomId room, UserId user) =>
        batch.Add($"SELECT {MemberColumns} FROM {shard.Rooms}.room_members m WHERE m.room_id = {room} AND m.user_id = {user}");

    /// <summary>The head; null when there is no such room.</summary>
    public static RoomHead? FindHead(Rows rows) => rows.Step() ? Head(rows) : null;

    /// <summary>The membership, or ban; null when there is none.</summary>
    public static MemberState? FindMember(Rows rows) => rows.Step() ? Member(rows, 0) : null;

    public static RoomHead Head(Rows row) =>
        new()
        {
            Id = new RoomId(row.Long(0)),
            Kind = (RoomKind)row.Int(1),
            Version = row.Long(2),
            LastSeq = row.Long(3),
            MessageCount = row.Long(4),
            RoomMentionCount = row.Long(5),
            MemberCount = row.Int(6),
            PinCount = row.Int(7),
            LastMessageSeq = row.Long(8),
            LastAt = row.Time(9),
            Archived = row.Bool(10),
            Name = row.TextOrNull(11),
            Topic = row.TextOrNull(12),
            CreatedAt = row.Time(13),
            CreatedBy = new UserId(row.Long(14)),
            DirectKey = row.TextOrNull(15),
        };

    public static MemberState Member(Rows row, int column) =>
        new()
        {
            UserId = new UserId(row.Long(column)),
            Role = (MemberRole)row.Int(column + 1),
            Banned = row.Bool(column + 2),
            JoinedSeq = row.Long(column + 3),
            MutedUntil = row.TimeOrNull(column + 4),
        };

    /// <summary>The mark whose columns begin there, and what lies after it.</summary>
    public static ReadState Mark(Rows row, int column, RoomHead head) =>
        new(
            row.Long(column),
            head.MessageCount - row.Long(column + 1),
            row.Long(column + 4) - row.Long(column + 2) + head.RoomMentionCount - row.Long(column + 3));
}
