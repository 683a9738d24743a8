using System.CommandLine;
using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql;
using Chat.Storage.MySql.Admin;
using Chat.Workers;

namespace Chat.Silo.Admin;

/// <summary><c>load</c>.</summary>
internal static class LoadCommand
{
    private const long MostRooms = 2000, UsualUsers = 10, MostUsers = 10_000, UsualMonths = 3, MostMonths = 24, UsualBytes = 100;
    private const int WritersPerServer = 2;

    // Messages are older than clientIds are remembered, also for a server whose clock is behind.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    public static AdminCommand Create()
    {
        var rooms = AdminRun.Number("--rooms", "Make so many public rooms (1).", 1, MostRooms);
        var room = AdminRun.Number("--room", "Load into this room, by its id, as its members; no user or room is made.", 1, long.MaxValue);
        room.HelpName = "ID";
        var messages = AdminRun.Number("--messages", "Messages in all, spread evenly over the rooms.", 1, MessageLoad.MostMessages);
        messages.Required = true;
        var users = AdminRun.Number("--users", $"Make so many users, who are members of every new room and send in turns ({UsualUsers}).", 1, MostUsers);
        var owner = new Option<string?>("--owner") { Description = "User name of somebody who shall own the new rooms, to look at them.", HelpName = "USERNAME" };
        var months = AdminRun.Number("--months", $"Spread the messages over so many past months ({UsualMonths}).", 1, MostMonths);
        var bytes = AdminRun.Number("--text-bytes", $"Bytes of each text ({UsualBytes}).", 1, new ChatLimits().TextBytes);
        var json = new Option<bool>("--json") { Description = "Print a JSON document for each room." };
        return new AdminCommand(
            "load",
            "load",
            "Fill rooms fast with generated messages of the past, for tests and benchmarks. Everything is consistent, wherever it ends.",
            async run =>
            {
                if (run.Get(room) is not null && ((run.Get(rooms) ?? run.Get(users)) is not null || run.Get(owner) is not null))
                {
                    throw AdminException.Usage("--room loads into a room that is there: it goes with none of --rooms, --users and --owner");
                }

                var options = run.Storage();
                var until = DateTimeOffset.FromUnixTimeSeconds((run.Clock.GetUtcNow() - run.ClientIdRetention() - Margin).ToUnixTimeSeconds());
                var from = until.AddMonths(-(int)(run.Get(months) ?? UsualMonths));
                Check(options, from, until, run);
                await using var store = await LoadStore.OpenAsync(run);
                var loader = new MessageLoader(options, new IdForm(IdSource.Epoch, IdSource.CounterBits + IdSource.NodeBits), run.Clock);
                await loader.MakePartitionsAsync(from);
                return await RunAsync(run, loader, await LoadsAsync(), run.Get(json));

                async Task<IReadOnlyList<MessageLoad>> LoadsAsync()
                {
                    var targets = run.Get(room) is { } id
                        ? [new Target(new RoomId(id), await store.MembersAsync(new RoomId(id), (int)UsualUsers))]
                        : await store.MakeRoomsAsync((int)(run.Get(rooms) ?? 1), (int)(run.Get(users) ?? UsualUsers), run.Get(owner), from);
                    var all = run.Get(messages)!.Value;
                    return
                    [
                        .. targets.Select((target, i) => new MessageLoad
                        {
                            Room = target.Room,
                            Senders = target.Senders,
                            Messages = ((i + 1) * all / targets.Count) - (i * all / targets.Count),
                            Until = until,
                            TextBytes = (int)(run.Get(bytes) ?? UsualBytes),
                            IdSuffix = store.IdSuffix(i),
                        }).Where(load => load.Messages > 0),
                    ];
                }
            })
        {
            rooms, room, messages, users, owner, months, bytes, json,
        };
    }

    private static void Check(MySqlStorageOptions options, DateTimeOffset from, DateTimeOffset until, AdminRun run)
    {
        if (from < IdSource.Epoch)
        {
            throw AdminException.Usage(string.Create(
                CultureInfo.InvariantCulture, $"--months reaches back to {from:yyyy-MM}; ids begin in {IdSource.Epoch:yyyy-MM}"));
        }

        var now = run.Clock.GetUtcNow();
        if (options.RetentionMonths > 0 && from < new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-options.RetentionMonths))
        {
            throw AdminException.Usage(
                $"--months reaches back further than messages are kept ({MySqlStorageOptions.Section}:{nameof(options.RetentionMonths)} is {options.RetentionMonths}), "
                + $"since the last message is of {until:yyyy-MM-dd}");
        }
    }

    private static async Task<AdminExit> RunAsync(AdminRun run, MessageLoader loader, IReadOnlyList<MessageLoad> loads, bool json)
    {
        var (all, done) = (loads.Sum(load => load.Messages), 0L);
        var start = run.Clock.GetTimestamp();
        var outcomes = await AdminProgress.ShowAsync(run, show => loader.LoadAsync(
            loads, WritersPerServer, written => show(new Standing("messages", Interlocked.Add(ref done, written), all)), run.Stop));
        var elapsed = run.Clock.GetElapsedTime(start);
        foreach (var outcome in outcomes.OrderBy(outcome => outcome.Room))
        {
            if (json)
            {
                run.Screen.Json(new { RoomId = outcome.Room, Messages = outcome.Written, Problem = outcome.Problem?.ToString() });
            }
            else
            {
                run.Screen.Line($"{outcome.Room}  {outcome.Written}");
            }
        }

        await run.Screen.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{done:N0} messages in {elapsed.TotalSeconds:N1} s, {done / Math.Max(elapsed.TotalSeconds, 0.001):N0} a second, text of {loads[0].TextBytes:N0} bytes."));
        foreach (var outcome in outcomes.Where(outcome => outcome.Problem is not null))
        {
            run.Screen.Say(Sentence(outcome, loads.First(load => load.Room == outcome.Room)));
        }

        run.Stop.ThrowIfCancellationRequested();
        return outcomes.Any(outcome => outcome.Problem is LoadProblem.NotFound) ? AdminExit.NotFound
            : outcomes.Any(outcome => outcome.Problem is not null) ? AdminExit.Refused
            : AdminExit.Done;
    }

    private static string Sentence(LoadOutcome outcome, MessageLoad load) => outcome.Problem switch
    {
        LoadProblem.NotFound => $"there is no room {outcome.Room}",
        LoadProblem.Archived => $"room {outcome.Room} is archived",
        LoadProblem.TooYoung => string.Create(
            CultureInfo.InvariantCulture,
            $"room {outcome.Room} cannot take {load.Messages:N0} messages between its last event and {load.Until:u}: they have to be older than clientIds are remembered, and need a millisecond each"),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"others write to room {outcome.Room}: it was left with {outcome.Written:N0} of the messages, which are whole; load into a room that is at rest"),
    };
}
