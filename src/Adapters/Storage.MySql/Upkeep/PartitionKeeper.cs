using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Schema;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql.Upkeep;

/// <summary>
/// Makes the partitions of coming months and, with a retention, deletes those of months that are past it. One process at a time does it for a
/// database; any number may have it. Until a month has its partition, its rows are in <c>pmax</c> and are moved when it gets one. Blocks.
/// </summary>
internal sealed partial class PartitionKeeper(MySqlStore store)
{
    /// <summary>So many months beyond the present one have partitions after a run: three, and one in reserve for runs that fail.</summary>
    public const int MonthsAhead = 4;

    private const string Last = "pmax";
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromHours(6);
    private static readonly string[] Tables = ["messages", "message_events", "message_reactions", "message_emoji"];

    /// <summary>The number of the month that is so many after another.</summary>
    public static int Add(int month, int months)
    {
        var count = (month / 100 * 12) + (month % 100) - 1 + months;
        return (count / 12 * 100) + (count % 12) + 1;
    }

    /// <summary>Does what there is to do; faults are logged, and met again at the next run.</summary>
    public void TryRun()
    {
        TryMakeAhead();
        if (store.Options.RetentionMonths > 0)
        {
            var keepFrom = Add(RoomMonths.Of(store.Clock.GetUtcNow()), -store.Options.RetentionMonths);
            ForEachDatabase(database => Drop(database, keepFrom));
        }
    }

    /// <summary>Makes partitions for coming months.</summary>
    public void TryMakeAhead()
    {
        var month = RoomMonths.Of(store.Clock.GetUtcNow());
        ForEachDatabase(database => MakeAhead(database, month));
    }

    private void ForEachDatabase(Action<RoomDatabase> keep)
    {
        foreach (var database in store.Map.MessageDatabases)
        {
            try
            {
                keep(database);
            }
            catch (MySqlFault fault)
            {
                Log.Failed(store.Logger, database.Db.Name, database.Server.Name, fault);
            }
        }
    }

    private void MakeAhead(RoomDatabase database, int month) =>
        Locked(database, link =>
        {
            foreach (var table in Tables)
            {
                var partitions = Read(link, database.Db, table);
                var next = partitions.Count > 0 ? partitions[^1].Below : month;
                var wanted = new List<string>();
                for (; next <= Add(month, MonthsAhead); next = Add(next, 1))
                {
                    wanted.Add($"PARTITION p{next} VALUES LESS THAN ({Add(next, 1)})");
                }

                if (wanted.Count > 0)
                {
                    link.Execute(
                        $"ALTER TABLE `{database.Db.Name}`.{table} REORGANIZE PARTITION {Last} INTO ({string.Join(", ", wanted)}, PARTITION {Last} VALUES LESS THAN MAXVALUE)");
                    Log.Made(store.Logger, wanted.Count, table, database.Db.Name, database.Server.Name);
                }
            }
        });

    /// <summary>
    /// Deletes the months before that one: first what rooms know of them, room by room, so that nobody looks there any more; then the partitions.
    /// Whatever breaks off in between is completed by the next run.
    /// </summary>
    private void Drop(RoomDatabase database, int keepFrom) =>
        Locked(database, link =>
        {
            var rooms = new RoomRetention(store, link).Forget(database, keepFrom);
            foreach (var table in Tables)
            {
                var old = Read(link, database.Db, table).Where(p => p.Below <= keepFrom).Select(p => p.Name).ToList();
                if (old.Count > 0)
                {
                    link.Execute($"ALTER TABLE `{database.Db.Name}`.{table} DROP PARTITION {string.Join(", ", old)}");
                    Log.Dropped(store.Logger, string.Join(", ", old), table, database.Db.Name, database.Server.Name, rooms);
                }
            }
        });

    private static void Locked(RoomDatabase database, Action<Link> keep)
    {
        using var link = database.Server.OpenLink(StatementTimeout);
        var name = Migrator.LockName(database.Db.Name, "keeper");
        if (link.Query<long?>("SELECT GET_LOCK(@name, 0)", new { name })[0] != 1)
        {
            return;
        }

        // Who waits for a table's exclusive lock makes everybody else wait behind: rather not long, and again later.
        link.Execute("SET SESSION lock_wait_timeout = 5");
        try
        {
            keep(link);
        }
        finally
        {
            link.TryReleaseLock(name);
        }
    }

    /// <summary>The partitions of months, the oldest first, each with the first month that is not in it.</summary>
    private static List<(string Name, int Below)> Read(Link link, Db db, string table) =>
    [
        .. link.Query<Partition>(
            "SELECT partition_name AS Name, partition_description AS Below FROM information_schema.partitions " +
            "WHERE table_schema = @schema AND table_name = @table AND partition_name <> @last ORDER BY partition_ordinal_position",
            new { schema = db.Name, table, last = Last }).Select(p => (p.Name, int.Parse(p.Below))),
    ];

    private sealed class Partition
    {
        public string Name { get; init; } = "";

        public string Below { get; init; } = "";
    }

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Error, "The partitions of {Database} on {Server} were not looked after; it is tried again")]
        public static partial void Failed(ILogger logger, string database, string server, Exception exception);

        [LoggerMessage(31, LogLevel.Information, "Made {Count} partitions of {Table} in {Database} on {Server}")]
        public static partial void Made(ILogger logger, int count, string table, string database, string server);

        [LoggerMessage(32, LogLevel.Information, "Deleted {Partitions} of {Table} in {Database} on {Server}; {Rooms} rooms reached into them")]
        public static partial void Dropped(ILogger logger, string partitions, string table, string database, string server, int rooms);
    }
}
