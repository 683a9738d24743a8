using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// A room's log cannot be continued from the consumer's cursor: what follows it was dropped by retention, or the log ends before it since the
/// server was restored from a backup. Fetch the room afresh (its messages carry the <c>lastSeq</c> to go on from) and enumerate again from
/// there.
/// </summary>
public sealed class LogResetException : Exception
{
    internal LogResetException(RoomId room, long cursor, long lastSeq)
        : base($"The log of room {room}, which ends at {lastSeq}, cannot be continued from {cursor}.") =>
        (RoomId, Cursor, LastSeq) = (room, cursor, lastSeq);

    /// <summary>The room.</summary>
    public RoomId RoomId { get; }

    /// <summary>The last seq that the consumer was given.</summary>
    public long Cursor { get; }

    /// <summary>Seq of the log's last event when the server said so.</summary>
    public long LastSeq { get; }
}
