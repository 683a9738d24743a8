using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>A room's row, as far as a commit needs it.</summary>
internal readonly record struct LockedRoom(long Version, long LastSeq, int LastMonth, int LastMessageMonth);

/// <summary>What a group commit reads before it writes, with the rooms' rows locked: one round trip.</summary>
internal sealed class CommitFacts
{
    private readonly Dictionary<RoomId, LockedRoom> _rooms = [];
    private readonly Dictionary<string, RoomId> _direct = new(StringComparer.Ordinal);
    private readonly Dictionary<(RoomId, UserId, string), ClientIdRecord> _clientIds = [];
    private readonly Dictionary<RoomId, List<(int Month, long FirstSeq)>> _months = [];
    private readonly Dictionary<(RoomId, UserId), long> _mentions = [];

    private CommitFacts()
    {
    }

    /// <summary>Begins the transaction, locks and reads.</summary>
    public static CommitFacts Lock(Link link, RoomShard shard, IReadOnlyList<RoomCommit> commits)
    {
        var facts = new CommitFacts();
        var reads = new List<Action<Rows>>();
        var batch = new SqlBatch().Add(new Sql("START TRANSACTION"));
        IReadOnlyCollection<long> rooms = [.. commits.Select(c => c.Head.Id.Value)];
        batch.Add(
            $"SELECT id, version, last_seq, last_month, last_message_month FROM {shard.Rooms}.rooms FORCE INDEX (PRIMARY) WHERE id " +
            $"IN ({rooms}) ORDER BY id FOR UPDATE");
        reads.Add(row => facts._rooms.Add(new RoomId(row.Long(0)), new LockedRoom(row.Long(1), row.Long(2), row.Int(3), row.Int(4))));
        facts.AskForDirectRooms(batch, reads, shard, commits);
        var old = commits.Where(c => c.ExpectedVersion > 0).ToList();
        facts.AskForClientIds(batch, reads, shard, old);
        facts.AskForMonths(batch, reads, shard, old);
        facts.AskForMentions(batch, reads, shard, old);
        return link.Begin(batch, rows =>
        {
            for (var i = 0; i < reads.Count; i++)
            {
                if (i > 0)
                {
                    rows.Next();
                }

                while (rows.Step())
                {
                    reads[i](rows);
                }
            }

            return facts;
        });
    }

    /// <summary>How each room's part ends, if the transaction does well: as if they were committed one after the other.</summary>
    public Dictionary<RoomId, CommitOutcome> Decide(IReadOnlyList<RoomCommit> commits)
    {
        var outcomes = new Dictionary<RoomId, CommitOutcome>(commits.Count);
        foreach (var commit in commits)
        {
            var outcome = Decide(commit);
            outcomes.Add(commit.Head.Id, outcome);
            if (outcome.Status is CommitStatus.Committed && commit is { ExpectedVersion: 0, Head.DirectKey: { } key })
            {
                _direct.Add(key, commit.Head.Id);
            }
        }

        return outcomes;
    }

    /// <summary>The row of a room that is there.</summary>
    public LockedRoom Room(RoomId room) => _rooms.GetValueOrDefault(room);

    /// <summary>The month of an event from before the commit; null when it is not kept.</summary>
    public int? MonthOf(RoomId room, long seq)
    {
        if (_months.TryGetValue(room, out var months))
        {
            for (var i = months.Count - 1; i >= 0; i--)
            {
                if (months[i].FirstSeq <= seq)
                {
                    return months[i].Month;
                }
            }
        }

        return null;
    }

    /// <summary>Mentions of a user in a room so far.</summary>
    public long Mentions(RoomId room, UserId user) => _mentions.GetValueOrDefault((room, user));

    /// <summary>Counts one more.</summary>
    public long Mention(RoomId room, UserId user) => _mentions[(room, user)] = Mentions(room, user) + 1;

    private CommitOutcome Decide(RoomCommit commit)
    {
        var head = commit.Head;
        var isThere = _rooms.TryGetValue(head.Id, out var present);
        if (commit.ExpectedVersion == 0)
        {
            return isThere ? CommitOutcome.Conflict
                : head.DirectKey is { } key && _direct.TryGetValue(key, out var existing)
                    ? new CommitOutcome(CommitStatus.DirectExists) { ExistingRoom = existing }
                    : CommitOutcome.Committed;
        }

        if (!isThere || present.Version != commit.ExpectedVersion || present.LastSeq != commit.ExpectedLastSeq)
        {
            return CommitOutcome.Conflict;
        }

        List<ClientIdRecord>? seen = null;
        foreach (var entry in commit.Entries)
        {
            if (entry.Event is { Kind: EventKind.Message, Message: { } message }
                && _clientIds.TryGetValue((head.Id, message.By, KeyText.Of(message.ClientId)), out var known))
            {
                (seen ??= []).Add(known with { ClientId = message.ClientId });
            }
        }

        return seen is null ? CommitOutcome.Committed : new CommitOutcome(CommitStatus.Duplicate) { Seen = seen };
    }

    private void AskForDirectRooms(SqlBatch batch, List<Action<Rows>> reads, RoomShard shard, IReadOnlyList<RoomCommit> commits)
    {
        IReadOnlyCollection<string> keys =
            [.. commits.Where(c => c is { ExpectedVersion: 0, Head.DirectKey: not null }).Select(c => c.Head.DirectKey!).Distinct(StringComparer.Ordinal)];
        if (keys.Count > 0)
        {
            batch.Add($"SELECT direct_key, room_id FROM {shard.Rooms}.direct_rooms WHERE direct_key IN ({keys})");
            reads.Add(row => _direct.Add(row.Text(0), new RoomId(row.Long(1))));
        }
    }

    private void AskForClientIds(SqlBatch batch, List<Action<Rows>> reads, RoomShard shard, List<RoomCommit> commits)
    {
        var keys =
            from commit in commits
            from entry in commit.Entries
            where entry.Event.Kind is EventKind.Message
            group KeyText.Of(entry.Event.Message!.ClientId) by (Room: commit.Head.Id, User: entry.Event.By) into sender
            orderby sender.Key.Room, sender.Key.User
            select sender;
        var any = batch.AddAlternatives(
            $"SELECT room_id, user_id, client_key, content_hash, seq, message_id, at FROM {shard.Messages}.message_client_ids FORCE " +
            $"INDEX (PRIMARY) WHERE",
            alternatives =>
            {
                foreach (var sender in keys)
                {
                    IReadOnlyCollection<string> clientKeys = [.. sender];
                    alternatives.Add($"room_id = {sender.Key.Room} AND user_id = {sender.Key.User} AND client_key IN ({clientKeys})");
                }
            });
        if (any)
        {
            reads.Add(row =>
            {
                var (room, user, key) = (new RoomId(row.Long(0)), new UserId(row.Long(1)), row.Text(2));
                var ack = new SendAck(room, row.Long(4), new MessageId(row.Long(5)), row.Time(6));
                _clientIds.Add((room, user, key), new ClientIdRecord(user, key, row.Long(3), ack));
            });
        }
    }

    // Only of rooms with something that concerns an older message: those of a commit that only sends are known without.
    private void AskForMonths(SqlBatch batch, List<Action<Rows>> reads, RoomShard shard, List<RoomCommit> commits)
    {
        IReadOnlyCollection<long> rooms =
        [
            .. commits.Where(c => c.Entries.Any(e => (e.Event.Target ?? e.Event.Message?.Thread) <= c.ExpectedLastSeq)).Select(c => c.Head.Id.Value),
        ];
        if (rooms.Count > 0)
        {
            batch.Add(
                $"SELECT room_id, month, first_seq FROM {shard.Rooms}.room_months WHERE room_id IN ({rooms}) ORDER BY room_id, month");
            reads.Add(row =>
            {
                var room = new RoomId(row.Long(0));
                _months.TryAdd(room, []);
                _months[room].Add((row.Int(1), row.Long(2)));
            });
        }
    }

    // The count of a user's mentions in a room is the ordinal of the last: one step into an index for each.
    private void AskForMentions(SqlBatch batch, List<Action<Rows>> reads, RoomShard shard, List<RoomCommit> commits)
    {
        var counted =
            (from commit in commits
             from entry in commit.Entries
             from user in Counted(entry.Event)
             select (commit.Head.Id, user)).Distinct().ToList();
        if (counted.Count > 0)
        {
            batch.AddUnion(parts =>
            {
                foreach (var (room, user) in counted)
                {
                    parts.Add(
                        $"(SELECT room_id, user_id, ordinal FROM {shard.Messages}.message_mentions WHERE room_id = {room} AND " +
                        $"user_id = {user} ORDER BY seq DESC LIMIT 1)");
                }
            });
            reads.Add(row => _mentions.Add((new RoomId(row.Long(0)), new UserId(row.Long(1))), row.Long(2)));
        }
    }

    private static IEnumerable<UserId> Counted(RoomEvent roomEvent) =>
        roomEvent switch
        {
            { Kind: EventKind.Message, Message: { MentionsRoom: false } message } => message.Mentions,
            { Kind: EventKind.Member, Change: MemberChange.Joined, UserId: { } user } => [user],
            _ => [],
        };
}
