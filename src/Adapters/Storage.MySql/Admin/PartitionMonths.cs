using System.Globalization;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Schema;
using Chat.Storage.MySql.Upkeep;

namespace Chat.Storage.MySql.Admin;

/// <summary>What is partitioned by month, and partitions for months of the past; the keeper makes those of coming ones.</summary>
internal static class PartitionMonths
{
    private const int LockSeconds = 30;

    /// <summary>The tables that are partitioned by month.</summary>
    public static readonly IReadOnlyList<string> Tables = ["messages", "message_events", "message_reactions", "message_emoji"];

    /// <summary>The month of a partition by its name, <c>p202611</c>; 0 for others.</summary>
    public static int OfPartition(string partition) =>
        partition.Length == 7 && partition[0] == 'p' && int.TryParse(partition.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var month) ? month : 0;

    /// <summary>
    /// Gives the months from <paramref name="from"/> on partitions of their own, where the first partition holds them all. What it holds already is
    /// moved, during which nobody writes to the table.
    /// </summary>
    public static void MakePast(Link link, Db database, int from)
    {
        var name = Migrator.LockName(database.Name, "keeper");
        if (link.Query<long?>("SELECT GET_LOCK(@name, @seconds)", new { name, seconds = LockSeconds })[0] != 1)
        {
            throw new MySqlFault(FaultKind.LockWait, 0, $"another process has been making partitions of {database.Name} for {LockSeconds} seconds.");
        }

        try
        {
            foreach (var table in Tables)
            {
                var first = FirstOf(link, database, table);
                var months = new List<string>();
                for (var month = from; month <= first; month = PartitionKeeper.Add(month, 1))
                {
                    months.Add(string.Create(CultureInfo.InvariantCulture, $"PARTITION p{month} VALUES LESS THAN ({PartitionKeeper.Add(month, 1)})"));
                }

                if (months.Count > 1)
                {
                    link.Execute(string.Create(
                        CultureInfo.InvariantCulture, $"ALTER TABLE `{database.Name}`.{table} REORGANIZE PARTITION p{first} INTO ({string.Join(", ", months)})"));
                }
            }
        }
        finally
        {
            link.TryReleaseLock(name);
        }
    }

    private static int FirstOf(Link link, Db database, string table) =>
        link.Query<string>(
                "SELECT partition_name FROM information_schema.PARTITIONS WHERE table_schema = @schema AND table_name = @table AND partition_name IS NOT NULL",
                new { schema = database.Name, table })
            .Select(OfPartition).Where(month => month > 0).DefaultIfEmpty().Min();
}
