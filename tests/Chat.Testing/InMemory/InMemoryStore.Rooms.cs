using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <content>Rooms: the write side, the read side, the directory.</content>
public sealed partial class InMemoryStore
{
    private readonly SortedDictionary<RoomId, RoomModel> _rooms = [];

    /// <inheritdoc />
    public Task<RoomSnapshot?> LoadAsync(RoomId room, CancellationToken cancellationToken = default) =>
        Do(
            () => _rooms.TryGetValue(room, out var found) ? new RoomSnapshot(found.Head, [.. found.Members.Values]) : null,
            cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(
        IReadOnlyList<RoomCommit> commits, CancellationToken cancellationToken = default)
    {
        RoomCommitRules.Check(commits);
        if (BeforeCommit is { } before)
        {
            await before(commits);
        }

        var outcomes = await Do<IReadOnlyList<CommitOutcome>>(() => [.. commits.Select(Commit)], cancellationToken);
        if (AfterCommit is { } after)
        {
            await after(commits);
        }

        return outcomes;
    }

    /// <inheritdoc />
    public Task<ClientIdRecord?> FindClientIdAsync(
        RoomId room, UserId sender, string clientId, CancellationToken cancellationToken = default) =>
        Do(() => _rooms.GetValueOrDefault(room)?.ClientIds.GetValueOrDefault((sender, clientId)), cancellationToken);

    /// <inheritdoc />
    public Task<ReadState?> MarkReadAsync(RoomId room, UserId user, long seq, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                if (!_rooms.TryGetValue(room, out var found) || !found.IsMember(user))
                {
                    return null;
                }

                found.Marks[user] = Math.Max(found.Marks[user], Math.Min(seq, found.Head.LastSeq));
                return found.ReadStateOf(user);
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<int> DropClientIdsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        Do(
            () =>
            {
                var old = _rooms.Values
                    .SelectMany(room => room.ClientIds.Where(c => c.Value.Ack.At < before).Select(c => (room, c.Key, c.Value.Ack.At)))
                    .OrderBy(c => c.At).Take(limit).ToList();
                old.ForEach(c => c.room.ClientIds.Remove(c.Key));
                return old.Count;
            },
            cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
        RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default) =>
        Read(room, reader, found => Messages(found, reader, query), cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
        Read(room, reader, found => found.Messages.GetValueOrDefault(seq)?.SeenBy(reader), cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
        Read<IReadOnlyList<RoomEvent>>(room, reader, found => [.. found.Log.Where(e => e.Seq > after).Take(limit)], cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
        Read<IReadOnlyList<Message>>(
            room,
            reader,
            found => [.. found.Messages.Values.Where(m => m.PinnedBy is not null).OrderByDescending(m => m.PinnedBy).Select(m => m.SeenBy(reader))],
            cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
        RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
        Read<IReadOnlyList<MemberRow>>(
            room,
            reader,
            found =>
            [
                .. found.Members.Values.Where(m => !m.Banned && m.UserId.Value > after.Value).Take(limit)
                    .Select(m => new MemberRow(m, found.Marks[m.UserId])),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
        RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default) =>
        Read(room, reader, found => OwnReaction.Of(found.Messages.Values.Select(m => m.SeenBy(reader)), messages), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<MemberRoom>> ListRoomsAsync(
        UserId user, RoomId after, int limit, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<MemberRoom>>(
            () =>
            [
                .. _rooms.Values.Where(r => r.IsMember(user) && r.Head.Id.Value > after.Value).Take(limit).Select(r => new MemberRoom
                {
                    Head = r.Head,
                    Member = r.Members[user],
                    Read = r.ReadStateOf(user),
                    LastMessage = r.Messages.Count == 0 ? null : r.Messages.Last().Value.SeenBy(user),
                }),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Membership>> ListMembershipsAsync(UserId user, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<Membership>>(
            () => [.. _rooms.Values.Where(r => r.IsMember(user)).Select(r => MembershipOf(r, user))], cancellationToken);

    /// <inheritdoc />
    public Task<Membership?> FindMembershipAsync(RoomId room, UserId user, CancellationToken cancellationToken = default) =>
        Do<Membership?>(() => _rooms.TryGetValue(room, out var found) ? MembershipOf(found, user) : null, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<RoomPosition>> ReadPositionsAsync(
        IReadOnlyCollection<RoomId> rooms, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<RoomPosition>>(
            () =>
            [
                .. from room in rooms
                   where _rooms.ContainsKey(room)
                   select new RoomPosition(room, MembershipOf(_rooms[room], default).LastSeq),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task<int> CountRoomsAsync(UserId user, CancellationToken cancellationToken = default) =>
        Do(() => _rooms.Values.Count(r => r.IsMember(user)), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<RoomHead>> DiscoverAsync(
        string query, UserId reader, RoomId after, int limit, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<RoomHead>>(
            () =>
            [
                .. _rooms.Values
                    .Where(r => r.Head is { Kind: RoomKind.Public, Archived: false } && r.Head.Id.Value > after.Value)
                    .Where(r => (r.Head.Name ?? "").ToLowerInvariant().Contains(query.ToLowerInvariant(), StringComparison.Ordinal))
                    .Where(r => r.FindMember(reader) is not { Banned: true })
                    .Take(limit).Select(r => r.Head),
            ],
            cancellationToken);

    /// <inheritdoc />
    public Task<RoomId?> FindDirectAsync(string directKey, CancellationToken cancellationToken = default) =>
        Do<RoomId?>(() => _rooms.Values.FirstOrDefault(r => r.Head.DirectKey == directKey)?.Head.Id, cancellationToken);

    private static Membership MembershipOf(RoomModel room, UserId user) =>
        new(room.Head.Id, room.Head.LastSeq, room.Head.MemberCount, room.IsMember(user));

    private static IReadOnlyList<Message> Messages(RoomModel room, UserId reader, MessageQuery query)
    {
        var all = room.Messages.Values.Select(m => m.SeenBy(reader))
            .Where(m => query.Thread is null || m.Thread == query.Thread || m.Seq == query.Thread).ToList();
        if (query.Around is { } around)
        {
            return [.. all.Where(m => m.Seq < around).TakeLast(query.Limit / 2), .. all.Where(m => m.Seq >= around).Take(query.Limit - (query.Limit / 2))];
        }

        if (query.After is not null || (query.Thread is not null && query.Before is null))
        {
            return [.. all.Where(m => m.Seq > (query.After ?? 0)).Take(query.Limit)];
        }

        return [.. all.Where(m => m.Seq < (query.Before ?? long.MaxValue)).Reverse().Take(query.Limit)];
    }

    private Task<RoomRead<T>?> Read<T>(RoomId room, UserId reader, Func<RoomModel, T> read, CancellationToken cancellationToken) =>
        Do(
            () => _rooms.TryGetValue(room, out var found) ? new RoomRead<T>(found.Head, found.FindMember(reader), read(found)) : null,
            cancellationToken);

    private CommitOutcome Commit(RoomCommit commit)
    {
        var room = _rooms.GetValueOrDefault(commit.Head.Id);
        if ((room?.Head.Version ?? 0) != commit.ExpectedVersion || (room?.Head.LastSeq ?? 0) != commit.ExpectedLastSeq)
        {
            return CommitOutcome.Conflict;
        }

        if (room is null && commit.Head.DirectKey is { } key && _rooms.Values.FirstOrDefault(r => r.Head.DirectKey == key) is { } direct)
        {
            return new CommitOutcome(CommitStatus.DirectExists) { ExistingRoom = direct.Head.Id };
        }

        var seen = commit.Entries.Select(e => e.Event.Message).OfType<Message>()
            .Select(m => room?.ClientIds.GetValueOrDefault((m.By, m.ClientId))).OfType<ClientIdRecord>().ToList();
        if (seen.Count > 0)
        {
            return new CommitOutcome(CommitStatus.Duplicate) { Seen = seen };
        }

        if (room is null)
        {
            room = new RoomModel(commit.Head);
            _rooms.Add(commit.Head.Id, room);
        }

        room.Apply(commit);
        _outbox.Add(new OutboxRow(++_lastPosition, commit.Head.Id, commit.ExpectedLastSeq + 1, commit.Head.LastSeq, commit.Head.LastAt));
        return CommitOutcome.Committed;
    }
}
