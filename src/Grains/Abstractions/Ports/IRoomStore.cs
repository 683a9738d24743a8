using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// The write side of rooms and their logs. Any number of processes may write to one room: what keeps the log single is the
/// compare-and-set in <see cref="CommitAsync"/>, nothing else. Thread safe. When a task completes successfully, what it says is on disk.
/// </summary>
/// <exception cref="StoreUnavailableException">
/// From every method: the store did not answer; unless said otherwise it is unknown whether a write took place, so read before trying again.
/// </exception>
public interface IRoomStore
{
    /// <summary>The room with its members and banned users, of one moment; null when there is no such room.</summary>
    Task<RoomSnapshot?> LoadAsync(RoomId room, CancellationToken cancellationToken = default);

    /// <summary>
    /// Group commit: one transaction for several rooms, each at most once in the list. A room is written wholly or not at all; one that
    /// is not (<see cref="CommitStatus"/> other than Committed) does not hinder the others. The answer has one outcome per room, in order.
    /// <para>Written per room: the row, if version and last seq are the expected ones (inserted for expected version 0); per event, by kind —
    /// message: the message, its clientId (unique per room and sender), its mentions, and the sender's read mark moved to it;
    /// edit: text, mentions and edit time; delete: text, mentions, attachments and the text of its edit events erased, pin taken off;
    /// reaction and pin: set or taken back (repeating is harmless); member: the membership (joined inserts, or lifts a ban, with the read
    /// mark at the event, so nothing before it is unread; left and removed delete; banned keeps a banned row; role and muted update);
    /// room: nothing beyond the row (name, topic and archived change with such an event only) — and the outbox row of the commit. All events can
    /// be read back by <see cref="IRoomReader.ReadEventsAsync"/>. Counts of mentions are those of the text as it was sent; an edit of a message
    /// that is deleted leaves no text behind. Reactions and edit time outlive a deletion.</para>
    /// <para>Cancelling counts only while the commit waits for its transaction; then nothing was written.</para>
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A commit breaks <see cref="RoomCommitRules"/>, or, in a store on several servers, makes a direct room that is not on its key's shard
    /// (<see cref="Placement"/>); nothing was written.
    /// </exception>
    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<RoomCommit> commits, CancellationToken cancellationToken = default);

    /// <summary>What is remembered of a clientId; null when it was never used, or longer ago than the retention.</summary>
    Task<ClientIdRecord?> FindClientIdAsync(RoomId room, UserId sender, string clientId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Moves a member's read mark forward to <paramref name="seq"/> (at most the room's last seq; never back) and answers the mark with the
    /// exact counts after it, all of one moment. Null when the user is no member. Costs the same however many messages there are.
    /// </summary>
    Task<ReadState?> MarkReadAsync(RoomId room, UserId user, long seq, CancellationToken cancellationToken = default);

    /// <summary>Forgets clientIds that were used before <paramref name="before"/>, the oldest first, at most <paramref name="limit"/>; answers how many.</summary>
    Task<int> DropClientIdsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default);
}

/// <summary>
/// The read side of rooms. Every answer is of one moment and carries the facts on which access is decided (<see cref="RoomRead{T}"/>), so
/// that a reader who was removed before the read cannot get what came after. Thread safe; reads wait for no writer.
/// A null answer means that there is no such room.
/// </summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IRoomReader
{
    /// <summary>Messages as they are now, with reactions as <paramref name="reader"/> sees them, in the order that the query says.</summary>
    Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
        RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>One message as it is now; a null value inside the read when that seq is no message.</summary>
    Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default);

    /// <summary>
    /// Events with a seq above <paramref name="after"/>, oldest first, without gaps, at most <paramref name="limit"/>. Messages and edits tell
    /// what they told when they were committed, except that those of a deleted message have no text, mentions and attachments any more, and the
    /// message says that it is deleted.
    /// </summary>
    Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The pinned messages, the last pinned first.</summary>
    Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default);

    /// <summary>Members (not banned users) with a user id above <paramref name="after"/>, by user id.</summary>
    Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
        RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Which of the reactions on these messages, read before and of one page, are the reader's now. With no messages, only the facts are read:
    /// the cheapest read there is.
    /// </summary>
    async Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
        RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default)
    {
        if (messages.Count == 0)
        {
            return await ReadEventsAsync(room, reader, long.MaxValue, 1, cancellationToken) is { } facts
                ? new RoomRead<IReadOnlyList<OwnReaction>>(facts.Head, facts.Reader, [])
                : null;
        }

        var query = new MessageQuery { After = messages.Min(message => message.Seq) - 1, Limit = 200 };
        return await ReadMessagesAsync(room, reader, query, cancellationToken) is { } read
            ? new RoomRead<IReadOnlyList<OwnReaction>>(read.Head, read.Reader, OwnReaction.Of(read.Value, messages))
            : null;
    }
}

/// <summary>A reaction that the reader has set.</summary>
/// <param name="Seq">On which message.</param>
/// <param name="Emoji">The emoji.</param>
public readonly record struct OwnReaction(long Seq, string Emoji)
{
    /// <summary>The reader's reactions in messages that were read for them, on those of <paramref name="wanted"/>.</summary>
    public static IReadOnlyList<OwnReaction> Of(IEnumerable<Message> read, IEnumerable<Message> wanted)
    {
        var seqs = wanted.Select(message => message.Seq).ToHashSet();
        return
        [
            .. from message in read
               where seqs.Contains(message.Seq)
               from reaction in message.Reactions
               where reaction.Me
               select new OwnReaction(message.Seq, reaction.Emoji),
        ];
    }
}

/// <summary>Finds rooms. Thread safe; reads wait for no writer.</summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IRoomDirectory
{
    /// <summary>The user's rooms with an id above <paramref name="after"/>, by room id, each of one moment.</summary>
    Task<IReadOnlyList<MemberRoom>> ListRoomsAsync(UserId user, RoomId after, int limit, CancellationToken cancellationToken = default);

    /// <summary>All rooms of the user, by room id, with the last seq at the time of reading. Cheap: no messages are read.</summary>
    Task<IReadOnlyList<Membership>> ListMembershipsAsync(UserId user, CancellationToken cancellationToken = default);

    /// <summary>The room's last seq and whether the user is a member, of one moment; null when there is no such room.</summary>
    Task<Membership?> FindMembershipAsync(RoomId room, UserId user, CancellationToken cancellationToken = default);

    /// <summary>
    /// The last seqs of those of the rooms that exist, in no order. Asked for hundreds of rooms at a time, again and again: a store that can
    /// reads them in one go.
    /// </summary>
    async Task<IReadOnlyList<RoomPosition>> ReadPositionsAsync(
        IReadOnlyCollection<RoomId> rooms, CancellationToken cancellationToken = default)
    {
        var found = new List<RoomPosition>(rooms.Count);
        foreach (var room in rooms)
        {
            if (await FindMembershipAsync(room, default, cancellationToken) is { } membership)
            {
                found.Add(new RoomPosition(room, membership.LastSeq));
            }
        }

        return found;
    }

    /// <summary>
    /// For each user a number that changes whenever their list of rooms does, and at no other time; in no order. Users who were never in a
    /// room may be left out. Asked for hundreds of users at a time, again and again: a store that can reads them in one go.
    /// </summary>
    async Task<IReadOnlyList<RoomListVersion>> ReadListVersionsAsync(
        IReadOnlyCollection<UserId> users, CancellationToken cancellationToken = default)
    {
        var versions = new List<RoomListVersion>(users.Count);
        foreach (var user in users)
        {
            // FNV-1a over the rooms' ids.
            var hash = 0xCBF29CE484222325UL;
            foreach (var membership in await ListMembershipsAsync(user, cancellationToken))
            {
                hash = (hash ^ (ulong)membership.RoomId.Value) * 0x100000001B3;
            }

            versions.Add(new RoomListVersion(user, (long)hash));
        }

        return versions;
    }

    /// <summary>How many rooms the user is in.</summary>
    Task<int> CountRoomsAsync(UserId user, CancellationToken cancellationToken = default);

    /// <summary>
    /// Public, not archived rooms whose name starts with or contains the query (letter case ignored; all rooms for an empty one) and from
    /// which <paramref name="reader"/> is not banned, with an id above <paramref name="after"/>, by room id.
    /// </summary>
    Task<IReadOnlyList<RoomHead>> DiscoverAsync(
        string query, UserId reader, RoomId after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The direct room of that key (see <see cref="RoomHead.DirectKey"/>); null when there is none.</summary>
    Task<RoomId?> FindDirectAsync(string directKey, CancellationToken cancellationToken = default);
}

/// <summary>A user's place in a room.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="LastSeq">Seq of the room's last event at the time of reading.</param>
/// <param name="MemberCount">Members at the time of reading.</param>
/// <param name="IsMember">Whether the user was a member at the time of reading.</param>
public readonly record struct Membership(RoomId RoomId, long LastSeq, int MemberCount, bool IsMember);

/// <summary>How far a room's log reaches.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="LastSeq">Seq of its last event at the time of reading.</param>
public readonly record struct RoomPosition(RoomId RoomId, long LastSeq);

/// <summary>Which of a user's lists of rooms is the present one.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Version">The same number: the same rooms.</param>
public readonly record struct RoomListVersion(UserId UserId, long Version);

/// <summary>The store did not answer, or answered that it cannot work now. Callers answer <c>storage.unavailable</c>.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
