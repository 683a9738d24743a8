using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// A group commit to one range of rooms: one transaction of two round trips. The first locks the rooms' rows, in the order of their ids, and reads
/// what decides about each; the second carries all writes, as few statements of many rows, and COMMIT. When the answer to the second is
/// lost, the next attempt locks the rooms again, which waits for the lost transaction to end, and reads whether it was committed.
/// </summary>
internal sealed class GroupCommit(MySqlStore store, RoomShard shard, IReadOnlyList<RoomCommit> commits)
{
    // Drawn once: all attempts at a commit write the same.
    private readonly long _commitId = Random.Shared.NextInt64();
    private List<RoomListChange> _listChanges = [];
    private RoomCommit? _unproven;

    /// <summary>Where it goes.</summary>
    public RoomShard Shard { get; } = shard;

    /// <summary>How each room's part ended.</summary>
    public Dictionary<RoomId, CommitOutcome> Outcomes { get; private set; } = [];

    /// <summary>What was committed that concerns users' lists of rooms.</summary>
    public IReadOnlyList<RoomListChange> ListChanges => _listChanges;

    /// <summary>Commits; to be run again after any fault.</summary>
    public bool Run(Link link, int attempt)
    {
        var started = store.Clock.GetTimestamp();
        try
        {
            if (attempt > 1 && _unproven is { } written && IsCommitted(link, written))
            {
                return Committed(started);
            }

            return Write(link, started);
        }
        catch (MySqlFault)
        {
            store.Metrics.TransactionFailed();
            throw;
        }
    }

    private bool Write(Link link, long started)
    {
        var facts = CommitFacts.Lock(link, Shard, commits);
        Outcomes = facts.Decide(commits);
        _listChanges = [];
        var standing = commits.Where(c => Outcomes[c.Head.Id].Status is CommitStatus.Committed).ToList();
        if (standing.Count == 0)
        {
            // The worker takes the transaction back before the answer.
            CountConflicts();
            return true;
        }

        var batch = new CommitBatch(link, Shard);
        var now = store.Clock.GetUtcNow();
        foreach (var commit in standing)
        {
            RoomCommitWriter.Write(batch, facts, commit, _commitId, now, _listChanges);
        }

        _unproven = standing[0];
        try
        {
            batch.Commit();
        }
        catch (MySqlFault fault) when (!fault.OutcomeUnknown)
        {
            _unproven = null;
            throw;
        }

        return Committed(started);
    }

    private bool Committed(long started)
    {
        _unproven = null;
        CountConflicts();
        store.Metrics.TransactionCommitted(Outcomes.Values.Count(o => o.Status is CommitStatus.Committed), store.Clock.GetElapsedTime(started));
        return true;
    }

    private void CountConflicts()
    {
        foreach (var outcome in Outcomes.Values)
        {
            if (outcome.Status is CommitStatus.Conflict)
            {
                store.Metrics.Conflict();
            }
        }
    }

    /// <summary>
    /// Whether a transaction whose answer was lost took place: all of its rooms did or none. The lock of the room is not had before that
    /// transaction has ended; then its first event is there, with the id that only this commit has, or it is not.
    /// </summary>
    private bool IsCommitted(Link link, RoomCommit commit)
    {
        var (room, first) = (commit.Head.Id, commit.Entries[0].Event);
        var batch = new SqlBatch().Add(new Sql("START TRANSACTION"))
            .Add($"SELECT last_seq FROM {Shard.Rooms}.rooms WHERE id = {room} FOR UPDATE");
        RoomMonths.AddTo(batch, Shard, room);
        var months = link.Begin(batch, rows =>
        {
            var lastSeq = rows.Step() ? rows.Long(0) : 0;
            rows.Next();
            return RoomMonths.Read(rows, messageCount: 0, lastSeq);
        });
        var stands = months.Find(first.Seq) is { } month && link.Query(
            first.Message is { } message
                ? new SqlBatch().Add(
                    $"SELECT 1 FROM {Shard.Messages}.messages WHERE room_id = {room} AND seq = {first.Seq} AND month = " +
                    $"{month.Month} AND id = {message.Id.Value}")
                : new SqlBatch().Add(
                    $"SELECT 1 FROM {Shard.Messages}.message_events WHERE room_id = {room} AND seq = {first.Seq} AND month = " +
                    $"{month.Month} AND commit_id = {_commitId}"),
            rows => rows.Step());
        store.Metrics.UnknownOutcome(stands);
        _unproven = stands ? commit : null;
        if (!stands)
        {
            link.TryRollback();
        }

        return stands;
    }
}
