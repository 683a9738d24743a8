using Chat.Contracts;
using Orleans;

namespace Chat.Abstractions;

/// <summary>
/// A room's row: its properties and the counters of its log. Every commit replaces it by the next <see cref="Version"/>;
/// version and <see cref="LastSeq"/> together are what writers compare (docs/adr/0002).
/// </summary>
[GenerateSerializer, Immutable, Alias("chat.RoomHead")]
public sealed record RoomHead
{
    /// <summary>The room.</summary>
    [Id(0)] public required RoomId Id { get; init; }

    /// <summary>Public, private or direct.</summary>
    [Id(1)] public required RoomKind Kind { get; init; }

    /// <summary>Name; null for direct rooms.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>Topic; null when there is none.</summary>
    [Id(3)] public string? Topic { get; init; }

    /// <summary>Read only for all.</summary>
    [Id(4)] public bool Archived { get; init; }

    /// <summary>Counts commits, from 1 with the room's creation.</summary>
    [Id(5)] public required long Version { get; init; }

    /// <summary>Seq of the last event.</summary>
    [Id(6)] public required long LastSeq { get; init; }

    /// <summary>Messages ever sent (deleted ones keep their place and count).</summary>
    [Id(7)] public long MessageCount { get; init; }

    /// <summary>Messages that mentioned the whole room.</summary>
    [Id(8)] public long RoomMentionCount { get; init; }

    /// <summary>Members now.</summary>
    [Id(9)] public int MemberCount { get; init; }

    /// <summary>Messages pinned now.</summary>
    [Id(10)] public int PinCount { get; init; }

    /// <summary>Seq of the newest message; 0 when there is none.</summary>
    [Id(11)] public long LastMessageSeq { get; init; }

    /// <summary>Time of the last event.</summary>
    [Id(12)] public required DateTimeOffset LastAt { get; init; }

    /// <summary>When it was made.</summary>
    [Id(13)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    [Id(14)] public required UserId CreatedBy { get; init; }

    /// <summary>For a direct room, <see cref="Placement.DirectKey"/> of its users; unique in the store, and on the same shard as the room.</summary>
    [Id(15)] public string? DirectKey { get; init; }
}

/// <summary>
/// A user's membership, or ban, in a room. Written by member events only; the read mark is written apart from the log
/// and lives in the store alone.
/// </summary>
[GenerateSerializer, Immutable, Alias("chat.MemberState")]
public sealed record MemberState
{
    /// <summary>The user.</summary>
    [Id(0)] public required UserId UserId { get; init; }

    /// <summary>Their role (the last one, when banned).</summary>
    [Id(1)] public required MemberRole Role { get; init; }

    /// <summary>Not a member, and may not become one by themselves.</summary>
    [Id(2)] public bool Banned { get; init; }

    /// <summary>Seq of the event with which they joined.</summary>
    [Id(3)] public required long JoinedSeq { get; init; }

    /// <summary>Muted until then; null when not muted.</summary>
    [Id(4)] public DateTimeOffset? MutedUntil { get; init; }
}

/// <summary>All that a room's grain keeps in memory.</summary>
/// <param name="Head">The room's row.</param>
/// <param name="Members">Members and banned users.</param>
[GenerateSerializer, Immutable, Alias("chat.RoomSnapshot")]
public sealed record RoomSnapshot(RoomHead Head, IReadOnlyList<MemberState> Members);

/// <summary>One event on its way to the store, with what the store keeps beside it.</summary>
[GenerateSerializer, Immutable, Alias("chat.CommitEntry")]
public sealed record CommitEntry
{
    /// <summary>The event. Its kind decides which rows change; see <see cref="IRoomStore.CommitAsync"/>.</summary>
    [Id(0)] public required RoomEvent Event { get; init; }

    /// <summary>kind message: the room's message count up to and with this one.</summary>
    [Id(1)] public long MessageOrdinal { get; init; }

    /// <summary>kind message: fingerprint of the content, so that a reused clientId is told from a retried one.</summary>
    [Id(2)] public long ContentHash { get; init; }
}

/// <summary>
/// Everything that one room wants committed at once: events <c>ExpectedLastSeq + 1 … Head.LastSeq</c> and the row after them.
/// </summary>
[GenerateSerializer, Immutable, Alias("chat.RoomCommit")]
public sealed record RoomCommit
{
    /// <summary>The row after the commit.</summary>
    [Id(0)] public required RoomHead Head { get; init; }

    /// <summary>The version that the row must have now; 0 when the room must not exist yet.</summary>
    [Id(1)] public required long ExpectedVersion { get; init; }

    /// <summary>The last seq that the row must have now.</summary>
    [Id(2)] public required long ExpectedLastSeq { get; init; }

    /// <summary>The events, in seq order, without gaps. At least one.</summary>
    [Id(3)] public required IReadOnlyList<CommitEntry> Entries { get; init; }
}

/// <summary>How a room's part of a group commit ended.</summary>
public enum CommitStatus
{
    /// <summary>On disk.</summary>
    Committed = 0,

    /// <summary>Nothing written: version or last seq differ. Load and try again.</summary>
    Conflict = 1,

    /// <summary>
    /// Nothing written: at least one message's clientId is known already; see <see cref="CommitOutcome.Seen"/>. Told only when version and last
    /// seq are the expected ones.
    /// </summary>
    Duplicate = 2,

    /// <summary>Nothing written: a direct room of the same users exists; see <see cref="CommitOutcome.ExistingRoom"/>.</summary>
    DirectExists = 3,
}

/// <summary>The end of a room's part of a group commit.</summary>
[GenerateSerializer, Immutable, Alias("chat.CommitOutcome")]
public sealed record CommitOutcome(CommitStatus Status)
{
    /// <summary>The usual outcome.</summary>
    public static CommitOutcome Committed { get; } = new(CommitStatus.Committed);

    /// <summary>The room moved on in the meantime.</summary>
    public static CommitOutcome Conflict { get; } = new(CommitStatus.Conflict);

    /// <summary>With <see cref="CommitStatus.Duplicate"/>: every clientId of the commit that is known, with its first answer.</summary>
    [Id(1)] public IReadOnlyList<ClientIdRecord> Seen { get; init; } = [];

    /// <summary>With <see cref="CommitStatus.DirectExists"/>: the room that is there.</summary>
    [Id(2)] public RoomId ExistingRoom { get; init; }
}

/// <summary>What is remembered of a sent clientId.</summary>
[GenerateSerializer, Immutable, Alias("chat.ClientIdRecord")]
public sealed record ClientIdRecord(
    UserId Sender,
    string ClientId,
    long ContentHash,
    SendAck Ack);

/// <summary>A read together with the facts that decide whether the reader may have it, all of one moment.</summary>
/// <typeparam name="T">What was read.</typeparam>
/// <param name="Head">The room's row.</param>
/// <param name="Reader">The reader's membership; null when there is none.</param>
/// <param name="Value">What was read. Not to be shown before access was decided on the other two.</param>
[GenerateSerializer, Immutable, Alias("chat.RoomRead`1")]
public sealed record RoomRead<T>(RoomHead Head, MemberState? Reader, T Value);

/// <summary>Which messages to read. At most one of <see cref="Before"/>, <see cref="After"/>, <see cref="Around"/>.</summary>
[GenerateSerializer, Immutable, Alias("chat.MessageQuery")]
public sealed record MessageQuery
{
    /// <summary>Messages with a lower seq, newest first. The newest of the room when nothing is set.</summary>
    [Id(0)] public long? Before { get; init; }

    /// <summary>Messages with a higher seq, oldest first.</summary>
    [Id(1)] public long? After { get; init; }

    /// <summary>Messages on both sides of this seq, and itself, oldest first: half of the limit (rounded down) below it, the rest from it on.</summary>
    [Id(2)] public long? Around { get; init; }

    /// <summary>Only the messages of this thread, its first one (which has this seq) included; oldest first unless <see cref="Before"/> is set.</summary>
    [Id(3)] public long? Thread { get; init; }

    /// <summary>At most so many, 1 to 200.</summary>
    [Id(4)] public required int Limit { get; init; }
}

/// <summary>A member as the members page shows it.</summary>
[GenerateSerializer, Immutable, Alias("chat.MemberRow")]
public sealed record MemberRow(MemberState Member, long ReadSeq);

/// <summary>A room as it stands in a user's list.</summary>
[GenerateSerializer, Immutable, Alias("chat.MemberRoom")]
public sealed record MemberRoom
{
    /// <summary>The room's row.</summary>
    [Id(0)] public required RoomHead Head { get; init; }

    /// <summary>The user's membership.</summary>
    [Id(1)] public required MemberState Member { get; init; }

    /// <summary>The user's read mark and what lies after it.</summary>
    [Id(2)] public required ReadState Read { get; init; }

    /// <summary>The newest message as it is now, seen by the user.</summary>
    [Id(3)] public Message? LastMessage { get; init; }

    /// <summary>What the user wants to be told.</summary>
    [Id(4)] public NotifyLevel Notify { get; init; } = NotifyLevel.All;
}
