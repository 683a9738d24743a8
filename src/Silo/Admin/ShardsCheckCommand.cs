using System.CommandLine;
using System.Globalization;
using Chat.Contracts;
using Chat.Storage.MySql.Admin;

namespace Chat.Silo.Admin;

/// <summary><c>shards check</c>.</summary>
internal static class ShardsCheckCommand
{
    public static AdminCommand Create()
    {
        var quick = new Option<bool>("--quick") { Description = "The map, sizes and partitions only; no room is checked." };
        var room = AdminRun.Number("--room", "Check one room, by its id, with its members' lists.", 1, long.MaxValue);
        room.HelpName = "ID";
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        return new AdminCommand(
            "check",
            "shards check",
            "Report where the shards are, how large, and everything that is stored twice and does not agree. Reads only; servers go on beside it.",
            async run =>
            {
                if (run.Get(quick) && run.Get(room) is not null)
                {
                    throw AdminException.Usage("--quick checks no rooms: it does not go with --room");
                }

                var check = new ShardsCheck(run.Storage(), run.Clock);
                var (report, findings) = await check.ReportAsync(run.Stop);
                var all = new List<Finding>(findings);
                var summary = run.Get(quick) ? null : await CheckAsync(run, check, run.Get(room), all);
                if (run.Get(json))
                {
                    run.Screen.Json(new
                    {
                        report.At, report.Map, report.Databases, report.Partitions, Checked = summary, Agrees = all.Count == 0, Findings = all,
                    });
                }
                else
                {
                    Print(run.Screen, report, summary, all);
                }

                return all.Count == 0 ? AdminExit.Done : AdminExit.Disagrees;
            })
        {
            quick, room, json,
        };
    }

    private static async Task<CheckSummary> CheckAsync(AdminRun run, ShardsCheck check, long? room, List<Finding> findings)
    {
        if (room is { } id)
        {
            return await check.CheckAsync(new RoomId(id), findings.Add, run.Stop) ?? throw new AdminException(AdminExit.NotFound, $"there is no room {id}");
        }

        return await AdminProgress.ShowAsync(run, show => check.CheckAsync(
            findings.Add, progress => show(new Standing(progress.Step, progress.Done, progress.Of)), run.Stop));
    }

    private static void Print(AdminScreen screen, StoreReport report, CheckSummary? summary, List<Finding> findings)
    {
        screen.Table(
            "Map", ["service", "shards", "server", "database"],
            [.. report.Map.Select(entry => (object?[])[entry.Service, $"{entry.From} to {entry.To}", entry.Server, entry.Database])]);
        screen.Table(
            "Databases (rows and bytes as the servers estimate them)",
            ["server", "database", "of", "users", "rooms", "messages", "MiB", "room-list changes", "oldest", "outbox", "oldest"],
            [
                .. report.Databases.Select(database => (object?[])
                [
                    database.Server, database.Database, string.Join(", ", database.Services), database.Users, database.Rooms, database.Messages,
                    database.Bytes / (1024 * 1024), database.RoomListChanges?.Length, Age(report, database.RoomListChanges?.Oldest),
                    database.Outbox?.Length, Age(report, database.Outbox?.Oldest),
                ]),
            ]);
        screen.Table(
            "Partitions",
            ["server", "database", "table", "months", "rows", "months ahead", "later"],
            [
                .. report.Partitions.Select(table => (object?[])
                [
                    table.Server, table.Database, table.Table,
                    table.Months.Count == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{table.Months[0].Month} to {table.Months[^1].Month}"),
                    table.Months.Sum(month => month.Rows), table.MonthsAhead, table.RowsPastTheLast ? "holds rows" : "empty",
                ]),
            ]);
        screen.Table(
            "Findings", ["kind", "room", "user", "server", "database", "what"],
            [
                .. findings.Select(finding => (object?[])
                    [finding.Kind, finding.RoomId?.ToString(), finding.UserId?.ToString(), finding.Server, finding.Database, finding.Text]),
            ]);
        var what = summary is null
            ? "No room was checked"
            : string.Create(CultureInfo.InvariantCulture, $"Checked {summary.Rooms:N0} rooms with {summary.Messages:N0} messages and the lists of {summary.Users:N0} users");
        if (summary is { PassedOver: > 0 })
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"Passed over {summary.PassedOver:N0} rooms and users that a moved range left behind."));
        }

        screen.Line(findings.Count == 0 ? $"{what}: all agrees." : string.Create(CultureInfo.InvariantCulture, $"{what}: {findings.Count:N0} findings."));
    }

    private static string? Age(StoreReport report, DateTimeOffset? oldest) =>
        oldest is { } at ? string.Create(CultureInfo.InvariantCulture, $"{report.At - at:d\\.hh\\:mm\\:ss}") : null;
}
