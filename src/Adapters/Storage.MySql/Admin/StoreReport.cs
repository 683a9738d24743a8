using Chat.Contracts;

namespace Chat.Storage.MySql.Admin;

/// <summary>Where the shards are, and how large what is there.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Map">Which logical shards of which service lie where.</param>
/// <param name="Databases">The databases, each once.</param>
/// <param name="Partitions">The partitioned tables.</param>
public sealed record StoreReport(
    DateTimeOffset At, IReadOnlyList<MapEntry> Map, IReadOnlyList<DatabaseReport> Databases, IReadOnlyList<PartitionReport> Partitions);

/// <summary>A range of the map.</summary>
/// <param name="Service">users, rooms or messages.</param>
/// <param name="From">First logical shard.</param>
/// <param name="To">Last logical shard, this one included.</param>
/// <param name="Server">Host and port.</param>
/// <param name="Database">Name of the database.</param>
public sealed record MapEntry(string Service, int From, int To, string Server, string Database);

/// <summary>A database. Rows and bytes are the server's own estimates, queues are counted.</summary>
public sealed record DatabaseReport
{
    /// <summary>Host and port.</summary>
    public required string Server { get; init; }

    /// <summary>Name of the database.</summary>
    public required string Database { get; init; }

    /// <summary>What it is for: users, rooms, messages.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>Data and indexes.</summary>
    public long Bytes { get; init; }

    /// <summary>About how many users; null when it holds none.</summary>
    public long? Users { get; init; }

    /// <summary>About how many rooms; null when it holds none.</summary>
    public long? Rooms { get; init; }

    /// <summary>About how many messages; null when it holds none.</summary>
    public long? Messages { get; init; }

    /// <summary>Changes of members that are not known to stand in the users' lists yet; null when they are kept elsewhere.</summary>
    public QueueReport? RoomListChanges { get; init; }

    /// <summary>Commits that wait to be handed on; null when they are kept elsewhere.</summary>
    public QueueReport? Outbox { get; init; }
}

/// <summary>What waits in a table.</summary>
/// <param name="Length">Rows.</param>
/// <param name="Oldest">Time of the oldest; null when there is none.</param>
public sealed record QueueReport(long Length, DateTimeOffset? Oldest);

/// <summary>A table that is partitioned by month.</summary>
/// <param name="Server">Host and port.</param>
/// <param name="Database">Name of the database.</param>
/// <param name="Table">Name of the table.</param>
/// <param name="Months">Its months with about how many rows, the first one first.</param>
/// <param name="MonthsAhead">Months after the present one for which there are partitions.</param>
/// <param name="RowsPastTheLast">Whether the partition for everything later holds rows.</param>
public sealed record PartitionReport(
    string Server, string Database, string Table, IReadOnlyList<MonthRows> Months, int MonthsAhead, bool RowsPastTheLast);

/// <summary>A month's partition.</summary>
/// <param name="Month">Year and month, as in 202611.</param>
/// <param name="Rows">About how many rows.</param>
public sealed record MonthRows(int Month, long Rows);

/// <summary>Something that does not agree. What each kind means and what to do about it is in docs/admin.md.</summary>
/// <param name="Kind">One of <see cref="FindingKinds"/>.</param>
/// <param name="Server">Host and port.</param>
/// <param name="Database">Name of the database.</param>
/// <param name="Text">What disagrees with what, in words.</param>
/// <param name="RoomId">The room; null when it is about none.</param>
/// <param name="UserId">The user; null when it is about none.</param>
public sealed record Finding(string Kind, string Server, string Database, string Text, RoomId? RoomId = null, UserId? UserId = null);

/// <summary>What a check found, apart from the findings themselves.</summary>
/// <param name="Rooms">Rooms that were checked.</param>
/// <param name="Messages">Messages that they hold.</param>
/// <param name="Users">Users whose lists of rooms were checked.</param>
/// <param name="PassedOver">Rooms and users that a moved range left behind: they are where the map looks for them as well.</param>
/// <param name="Findings">How many findings were reported.</param>
public sealed record CheckSummary(long Rooms, long Messages, long Users, long PassedOver, long Findings);

/// <summary>How far a check is.</summary>
/// <param name="Step">What is checked now.</param>
/// <param name="Done">How much of it is done.</param>
/// <param name="Of">How much there is, as far as is known; 0 when it is not.</param>
public sealed record CheckProgress(string Step, long Done, long Of);

/// <summary>The kinds of findings. Scripts may look for them: a kind never gets another meaning.</summary>
public static class FindingKinds
{
    /// <summary>Partitions for the next three months are missing.</summary>
    public const string PartitionsAhead = "partitions-ahead";

    /// <summary>The partition for everything later holds rows.</summary>
    public const string PartitionsLast = "partitions-last";

    /// <summary>A room lies only where the map does not look for it.</summary>
    public const string RoomPlace = "room-place";

    /// <summary>A room's count of messages is not that of its rows.</summary>
    public const string RoomMessages = "room-messages";

    /// <summary>A room's months are not those of its rows.</summary>
    public const string RoomMonths = "room-months";

    /// <summary>A room's log has gaps, events twice, or another end than its row says.</summary>
    public const string RoomLog = "room-log";

    /// <summary>The messages of a room are not counted through.</summary>
    public const string RoomOrdinals = "room-ordinals";

    /// <summary>A room's newest message is another one than its row says.</summary>
    public const string RoomLastMessage = "room-last-message";

    /// <summary>A room's count of mentions of the whole room is not that of its rows.</summary>
    public const string RoomMentions = "room-mentions";

    /// <summary>A room's count of members is not that of its rows.</summary>
    public const string RoomMembers = "room-members";

    /// <summary>A room's count of pins is not that of its rows.</summary>
    public const string RoomPins = "room-pins";

    /// <summary>Read marks lie past the end of the log.</summary>
    public const string RoomReadMarks = "room-read-marks";

    /// <summary>A direct room and the list of direct rooms disagree.</summary>
    public const string RoomDirect = "room-direct";

    /// <summary>A room is listed for everybody and should not be, or the other way round.</summary>
    public const string RoomName = "room-name";

    /// <summary>A user lies only where the map does not look for them.</summary>
    public const string UserPlace = "user-place";

    /// <summary>A member's list of rooms lacks the room.</summary>
    public const string UserListLacks = "user-list-lacks";

    /// <summary>A user's list of rooms has a room of which they are no member.</summary>
    public const string UserListHas = "user-list-has";
}
