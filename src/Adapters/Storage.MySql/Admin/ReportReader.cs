using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Schema;

namespace Chat.Storage.MySql.Admin;

/// <summary>Reads what is where, and how large.</summary>
internal sealed class ReportReader(AdminMap map, AdminLinks links, TimeProvider clock)
{
    private const int WantedAhead = 3;

    public (StoreReport Report, IReadOnlyList<Finding> Findings) Read(CancellationToken stop)
    {
        var entries = Entries().ToList();
        var databases = new List<DatabaseReport>();
        var partitions = new List<PartitionReport>();
        foreach (var database in entries.GroupBy(entry => (entry.Entry.Server, entry.Entry.Database)))
        {
            stop.ThrowIfCancellationRequested();
            var (server, name) = database.Key;
            var services = database.Select(entry => entry.Entry.Service).Distinct(StringComparer.Ordinal).ToList();
            links.Use(server, database.First().ConnectionString, link =>
            {
                services.ForEach(service => CheckSchema(link, server, name, service));
                databases.Add(Database(link, server, name, services));
                if (services.Contains("messages"))
                {
                    partitions.AddRange(Partitions(link, server, name));
                }

                return true;
            });
        }

        var report = new StoreReport(clock.GetUtcNow(), [.. entries.Select(entry => entry.Entry)], databases, partitions);
        return (report, [.. partitions.SelectMany(Findings)]);
    }

    private IEnumerable<(MapEntry Entry, string ConnectionString)> Entries() =>
        from service in new[] { ("users", map.Options.Users), ("rooms", map.Options.Rooms), ("messages", map.Options.Messages) }
        from range in service.Item2.OrderBy(range => range.From)
        let entry = new MapEntry(
            service.Item1, range.From, range.To, MySqlDriver.AddressOf(range.ConnectionString), MySqlDriver.DatabaseOf(range.ConnectionString))
        select (entry, MySqlDriver.Prepare(range.ConnectionString, map.Options.ConnectTimeout, AdminLinks.StatementTimeout, withDatabase: false));

    private static void CheckSchema(Link link, string server, string database, string service)
    {
        const int UnknownDatabase = 1049, NoSuchTable = 1146;
        var needed = Migration.OfThisBuild().Where(step => step.Service.ToString().Equals(service, StringComparison.OrdinalIgnoreCase)).Max(step => step.Number);
        int? applied;
        try
        {
            applied = link.Query<int?>($"SELECT MAX(number) FROM `{database}`.schema_migrations WHERE service = @service", new { service })[0];
        }
        catch (MySqlFault fault) when (fault.Number is UnknownDatabase or NoSuchTable)
        {
            applied = null;
        }

        if (applied != needed)
        {
            throw new MySqlSchemaException(
                applied is { } other
                    ? $"Database {database} on {server} has schema {other} of {service}, this build needs schema {needed}: use the build that the servers run."
                    : $"Database {database} on {server} has no schema of {service}: a server that starts makes it.");
        }
    }

    private static DatabaseReport Database(Link link, string server, string database, List<string> services)
    {
        var tables = link.Query(
            new SqlBatch().Add($"SELECT table_name, table_rows, data_length + index_length FROM information_schema.TABLES WHERE table_schema = {database}"),
            rows =>
            {
                var found = new Dictionary<string, (long Rows, long Bytes)>(StringComparer.Ordinal);
                while (rows.Step())
                {
                    found[rows.Text(0)] = (rows.LongOrNull(1) ?? 0, rows.LongOrNull(2) ?? 0);
                }

                return found;
            });
        return new DatabaseReport
        {
            Server = server,
            Database = database,
            Services = services,
            Bytes = tables.Values.Sum(table => table.Bytes),
            Users = services.Contains("users") ? tables.GetValueOrDefault("users").Rows : null,
            Rooms = services.Contains("rooms") ? tables.GetValueOrDefault("rooms").Rows : null,
            Messages = services.Contains("messages") ? tables.GetValueOrDefault("messages").Rows : null,
            RoomListChanges = services.Contains("rooms") ? Queue(link, $"`{database}`.room_list_changes", "at") : null,
            Outbox = services.Contains("messages") ? Queue(link, $"`{database}`.outbox", "position") : null,
        };
    }

    private static QueueReport Queue(Link link, string table, string order) => link.Query(
        new SqlBatch().Add(new Sql($"SELECT COUNT(*), (SELECT at FROM {table} ORDER BY {order} LIMIT 1) FROM {table}")),
        rows =>
        {
            rows.Step();
            return new QueueReport(rows.Long(0), rows.TimeOrNull(1));
        });

    private IEnumerable<PartitionReport> Partitions(Link link, string server, string database)
    {
        var found = link.Query(
            new SqlBatch().Add(
                $"SELECT table_name, partition_name, table_rows FROM information_schema.PARTITIONS WHERE table_schema = {database} AND partition_name IS NOT NULL"),
            rows =>
            {
                var partitions = new List<(string Table, string Partition, long Rows)>();
                while (rows.Step())
                {
                    partitions.Add((rows.Text(0), rows.Text(1), rows.LongOrNull(2) ?? 0));
                }

                return partitions.ToLookup(partition => partition.Table, StringComparer.Ordinal);
            });
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var table in PartitionMonths.Tables)
        {
            var months = found[table].Select(partition => (Month: PartitionMonths.OfPartition(partition.Partition), partition.Rows))
                .Where(partition => partition.Month > 0).Select(partition => new MonthRows(partition.Month, partition.Rows))
                .OrderBy(month => month.Month).ToList();
            var last = months.Count > 0 ? months[^1].Month : 0;
            var ahead = last == 0 ? 0 : Math.Max(0, ((last / 100) - now.Year) * 12 + (last % 100) - now.Month);
            var past = link.Query<long>($"SELECT EXISTS(SELECT 1 FROM `{database}`.`{table}` PARTITION (pmax))")[0] != 0;
            yield return new PartitionReport(server, database, table, months, ahead, past);
        }
    }

    private static IEnumerable<Finding> Findings(PartitionReport table)
    {
        if (table.MonthsAhead < WantedAhead)
        {
            yield return new Finding(
                FindingKinds.PartitionsAhead, table.Server, table.Database,
                $"{table.Table} has partitions for {table.MonthsAhead} months ahead, it should be {WantedAhead}");
        }

        if (table.RowsPastTheLast)
        {
            yield return new Finding(
                FindingKinds.PartitionsLast, table.Server, table.Database,
                $"{table.Table} holds rows in the partition for everything later than {(table.Months.Count > 0 ? table.Months[^1].Month : 0)}");
        }
    }
}
