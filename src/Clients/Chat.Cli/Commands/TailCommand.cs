using System.CommandLine;
using Chat.Cli.Rooms;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>tail</c>.</summary>
internal static class TailCommand
{
    private const long UsualCount = 10;

    public static ChatCommand Create()
    {
        var room = Parameters.Room();
        var after = Parameters.Number("--after", "Begin after this seq of the log; 0 begins at the beginning.", "SEQ", least: 0);
        var count = Parameters.Number("--count", "Begin with so many of the last events (10).", "N", least: 0, "-n");
        var follow = new Option<bool>("--follow") { Description = "Go on with what comes, until Ctrl-C; so it does unless told otherwise." };
        var noFollow = new Option<bool>("--no-follow") { Description = "End when all that there is was printed." };
        return new ChatCommand(
            "tail",
            "Print the last events of a room, and each one that comes. Survives lost connections and restarts of the server.",
            async run =>
            {
                if (run.Has(after) && run.Has(count))
                {
                    throw CliException.Usage("--after and --count do not go together");
                }

                if (run.Get(follow) && run.Get(noFollow))
                {
                    throw CliException.Usage("--follow and --no-follow do not go together");
                }

                var me = run.SignedIn();
                var id = await me.Rooms.MineAsync(run.Get(room));
                // Also finds out whether the server is there at all, before anything waits for it.
                var last = (await me.Api.EventsAsync(id, 0, 1, run.Stop)).LastSeq;
                var first = run.Get(after) ?? Math.Max(0, last - (run.Get(count) ?? UsualCount));
                var printer = await LogPrinter.OfAsync(run, me, id);
                if (run.Get(noFollow))
                {
                    await PrintUntilAsync(run, me, id, first, last, printer);
                }
                else
                {
                    await new Following(run, me, id).RunAsync(first, printer);
                }
            },
            "chat tail Lobby",
            "chat tail @ann --count 100",
            "chat tail ops --json --after 4711 | jq -r 'select(.kind == \"message\") | .message.text'")
        {
            room, after, count, follow, noFollow,
        };
    }

    private static async Task PrintUntilAsync(CommandRun run, SignedIn me, RoomId room, long after, long last, LogPrinter printer)
    {
        if (after > last)
        {
            throw Following.Reset(after, last);
        }

        while (after < last)
        {
            var page = await me.Api.EventsAsync(room, after, (int)Math.Min(Lists.LargestPage, last - after), run.Stop);
            await printer.PrintAsync(page.Events);
            after = page.Events.Count > 0 ? page.Events[^1].Seq : last;
        }
    }
}
