using Chat.Cli.Rooms;
using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>history</c>.</summary>
internal static class HistoryCommand
{
    private const long UsualLimit = 50;

    public static ChatCommand Create()
    {
        var room = Parameters.Room();
        var before = Parameters.Number("--before", "The last ones before this seq.", "SEQ", least: 1);
        var after = Parameters.Number("--after", "The first ones after this seq; 0 begins at the beginning.", "SEQ", least: 0);
        var thread = Parameters.Number("--thread", "The thread of this message, from its beginning or --after on.", "SEQ", least: 1);
        var limit = Parameters.Number("--limit", "How many at most (50).", "N", least: 1, "-n");
        return new ChatCommand(
            "history",
            "Print a room's last messages as they are now, oldest first.",
            async run =>
            {
                var me = run.SignedIn();
                var most = run.Get(limit) ?? UsualLimit;
                if (run.Get(before) is not null && (run.Get(after) ?? run.Get(thread)) is not null)
                {
                    throw CliException.Usage("--before goes with neither --after nor --thread");
                }

                var id = await me.Rooms.MineAsync(run.Get(room));
                var printer = await LogPrinter.OfAsync(run, me, id);
                if (run.Get(thread) is { } root)
                {
                    await ForwardAsync(run, me, id, after => MessageRange.Thread(root, after), run.Get(after) ?? 0, most, printer);
                }
                else if (run.Get(after) is { } first)
                {
                    await ForwardAsync(run, me, id, MessageRange.After, first, most, printer);
                }
                else
                {
                    await printer.PrintAsync(await LastAsync(run, me, id, run.Get(before), most));
                }
            },
            "chat history Lobby",
            "chat history Lobby --before 4711 --limit 200",
            "chat history Lobby --after 0 --limit 1000000 --json >lobby.jsonl")
        {
            room, before, after, thread, limit,
        };
    }

    /// <summary>Page by page, so that a long history is never held as a whole.</summary>
    private static async Task ForwardAsync(
        CommandRun run, SignedIn me, RoomId room, Func<long, MessageRange> range, long after, long most, LogPrinter printer)
    {
        while (most > 0)
        {
            var page = await me.Api.MessagesAsync(room, range(after), PageOf(most), run.Stop);
            await printer.PrintAsync(page.Items);
            if (page.Next is null || page.Items.Count == 0)
            {
                return;
            }

            most -= page.Items.Count;
            after = page.Items[^1].Seq;
        }
    }

    /// <summary>The newest come first, and are wanted last.</summary>
    private static async Task<IReadOnlyList<Message>> LastAsync(CommandRun run, SignedIn me, RoomId room, long? before, long most)
    {
        var messages = new List<Message>();
        while (most > messages.Count)
        {
            var page = await me.Api.MessagesAsync(
                room, before is { } seq ? MessageRange.Before(seq) : MessageRange.Newest, PageOf(most - messages.Count), run.Stop);
            messages.AddRange(page.Items);
            if (page.Next is null || page.Items.Count == 0)
            {
                break;
            }

            before = page.Items[^1].Seq;
        }

        messages.Reverse();
        return messages;
    }

    private static int PageOf(long wanted) => (int)Math.Min(wanted, Lists.LargestPage);
}
