using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql.Rooms;

/// <summary>A change of a user's list of rooms: what a member event of a room means to it.</summary>
internal readonly record struct RoomListChange(RoomId Room, long Seq, UserId User, bool IsMember);

/// <summary>
/// Brings users' lists of rooms, kept on the users' shards, up to what the rooms committed on theirs. A commit leaves its changes in
/// <c>room_list_changes</c>, in its own transaction; they are carried over afterwards and then deleted. Carrying over twice, or late, does no
/// harm: per user and room the higher seq stands. So what a crash leaves undone, a sweep does.
/// </summary>
internal sealed partial class RoomLists(MySqlStore store)
{
    private const int SweepLimit = 500;

    /// <summary>Carries over what a commit changed. A fault leaves it to the sweep.</summary>
    public async Task CarryOverAsync(IReadOnlyList<RoomListChange> changes)
    {
        if (changes.Count == 0 || store.Seams.LeaveRoomLists())
        {
            return;
        }

        try
        {
            await ApplyAsync(changes, CancellationToken.None);
            await Task.WhenAll(changes.GroupBy(c => store.Map.Of(c.Room)).Select(shard => DeleteAsync(shard.Key.Server, shard.Key.Rooms, [.. shard], CancellationToken.None)));
        }
        catch (StoreUnavailableException fault)
        {
            Log.LeftToSweep(store.Logger, changes.Count, fault);
        }
    }

    /// <summary>Carries over what is older than that; answers how much. A database that does not answer does not keep the others back.</summary>
    public async Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var swept = 0;
        foreach (var (server, db, _) in store.Map.RoomDatabases)
        {
            try
            {
                swept += await SweepAsync(server, db, before, cancellationToken);
            }
            catch (StoreUnavailableException fault)
            {
                Log.SweepFailed(store.Logger, server.Name, fault);
            }
        }

        return swept;
    }

    private async Task<int> SweepAsync(DatabaseServer server, Db db, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var left = await server.ReadAsync(
            link => link.Query(
                new SqlBatch().Add(
                    $"SELECT room_id, seq, user_id, is_member FROM {db}.room_list_changes WHERE at < {before} ORDER BY at LIMIT " +
                    $"{SweepLimit}"),
                rows =>
                {
                    var found = new List<RoomListChange>();
                    while (rows.Step())
                    {
                        found.Add(new RoomListChange(new RoomId(rows.Long(0)), rows.Long(1), new UserId(rows.Long(2)), rows.Bool(3)));
                    }

                    return found;
                }),
            cancellationToken);
        if (left.Count > 0)
        {
            await ApplyAsync(left, cancellationToken);
            await DeleteAsync(server, db, left, cancellationToken);
            store.Metrics.Swept(left.Count);
            Log.Swept(store.Logger, left.Count, server.Name);
        }

        return left.Count;
    }

    private Task<bool[]> ApplyAsync(IReadOnlyList<RoomListChange> changes, CancellationToken cancellationToken)
    {
        // In one order, so that two who bring the same users up do not wait for each other.
        var latest = changes.GroupBy(c => (c.User, c.Room)).Select(same => same.MaxBy(c => c.Seq)).OrderBy(c => c.User).ThenBy(c => c.Room);
        return Task.WhenAll(latest.GroupBy(c => store.Map.Of(c.User)).Select(shard => shard.Key.Server.WriteAsync(
            (link, _) => Apply(link, shard.Key.Users, [.. shard]), repeatable: true, cancellationToken)));
    }

    private static bool Apply(Link link, Db db, IReadOnlyList<RoomListChange> changes)
    {
        var keys = new Sql(string.Join(" OR ", changes.Select(c => $"user_id = {c.User} AND room_id = {c.Room}")));
        var known = link.Begin(
            new SqlBatch().Add(new Sql("START TRANSACTION"))
                .Add(
                    $"SELECT user_id, room_id, seq, is_member FROM {db}.user_rooms FORCE INDEX (PRIMARY) WHERE {keys} ORDER BY " +
                    $"user_id, room_id FOR UPDATE"),
            rows =>
            {
                var found = new Dictionary<(UserId, RoomId), (long Seq, bool IsMember)>();
                while (rows.Step())
                {
                    found.Add((new UserId(rows.Long(0)), new RoomId(rows.Long(1))), (rows.Long(2), rows.Bool(3)));
                }

                return found;
            });

        var batch = new SqlBatch();
        var lists = batch.AddRows(
            $"INSERT INTO {db}.user_rooms (user_id, room_id, seq, is_member) VALUES",
            " ON DUPLICATE KEY UPDATE is_member = IF(VALUES(seq) > seq, VALUES(is_member), is_member), seq = GREATEST(seq, VALUES(seq))");
        var versions = batch.AddRows(
            $"INSERT INTO {db}.room_list_versions (user_id, version) VALUES", " ON DUPLICATE KEY UPDATE version = version + 1");
        var changed = new HashSet<UserId>();
        foreach (var change in changes)
        {
            var (seq, isMember) = known.GetValueOrDefault((change.User, change.Room));
            if (change.Seq > seq)
            {
                lists.Add($"({change.User}, {change.Room}, {change.Seq}, {change.IsMember})");
            }

            // The version tells of lists that differ, not of events.
            if (change.Seq > seq && change.IsMember != isMember && changed.Add(change.User))
            {
                versions.Add($"({change.User}, 1)");
            }
        }

        link.Commit(batch);
        return true;
    }

    private static Task<bool> DeleteAsync(DatabaseServer server, Db db, IReadOnlyList<RoomListChange> changes, CancellationToken cancellationToken)
    {
        var keys = new Sql(string.Join(" OR ", changes.GroupBy(c => c.Room).Select(r =>
            $"room_id = {r.Key} AND seq IN ({string.Join(',', r.Select(c => c.Seq))})")));
        return server.WriteAsync(
            (link, _) =>
            {
                link.Commit(new SqlBatch().Add(new Sql("START TRANSACTION")).Add($"DELETE FROM {db}.room_list_changes WHERE {keys}"));
                return true;
            },
            repeatable: true,
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "{Changes} changes of room lists were not carried over with their commit; a sweep does it")]
        public static partial void LeftToSweep(ILogger logger, int changes, Exception exception);

        [LoggerMessage(21, LogLevel.Warning, "The sweep of {Server}'s room lists failed and is tried again")]
        public static partial void SweepFailed(ILogger logger, string server, Exception exception);

        [LoggerMessage(22, LogLevel.Information, "Carried over {Changes} changes of room lists that were left on {Server}")]
        public static partial void Swept(ILogger logger, int changes, string server);
    }
}
