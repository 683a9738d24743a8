using System.Globalization;
using Chat.Cli.Output;
using Chat.Contracts;

namespace Chat.Cli.Rooms;

/// <summary>
/// A room's log and history: as JSON, or for people, with seq, time, user, and then what was written behind <c>|</c> or what was done behind
/// <c>*</c>. Every line has that mark, also those that a text goes on with, so that no text can look like another message.
/// </summary>
internal sealed class LogPrinter(CommandRun run, UserNames names)
{
    private const int SeqWidth = 6;
    private const int NarrowestText = 20;
    private const int LongestName = 16;

    private DateOnly? _day;

    /// <summary>Prints what there is of one room.</summary>
    public static async Task<LogPrinter> OfAsync(CommandRun run, SignedIn me, RoomId room)
    {
        if (!run.Json)
        {
            await me.Names.LearnAsync(room);
        }

        return new LogPrinter(run, me.Names);
    }

    /// <summary>Prints messages as they are now.</summary>
    public async Task PrintAsync(IReadOnlyList<Message> messages)
    {
        if (run.Json)
        {
            run.Screen.JsonLines(messages);
            return;
        }

        var lines = new List<IReadOnlyList<Cell>>();
        foreach (var message in messages)
        {
            var by = await names.OfAsync(message.By);
            Add(lines, message.Seq, message.At, by, message.Deleted ? '*' : '|', Text(message), message.Deleted ? Styles.Faint : Spectre.Console.Style.Plain);
            if (message.Reactions.Count > 0)
            {
                var reactions = string.Join("  ", message.Reactions.Select(reaction => $"{Shown.Line(reaction.Emoji)} {reaction.Count}"));
                lines.Add([.. Start('*'), new Cell(reactions, Styles.Faint)]);
            }
        }

        run.Screen.Lines(lines);
    }

    /// <summary>Prints events of the log.</summary>
    public async Task PrintAsync(IReadOnlyList<RoomEvent> events)
    {
        if (run.Json)
        {
            run.Screen.JsonLines(events);
            return;
        }

        var lines = new List<IReadOnlyList<Cell>>();
        foreach (var roomEvent in events)
        {
            var by = await names.OfAsync(roomEvent.By);
            if (roomEvent is { Kind: EventKind.Message, Message: { Deleted: false } message })
            {
                Add(lines, roomEvent.Seq, roomEvent.At, by, '|', Text(message), Spectre.Console.Style.Plain);
            }
            else
            {
                Add(lines, roomEvent.Seq, roomEvent.At, by, '*', await DeedAsync(roomEvent), Styles.Event);
            }
        }

        run.Screen.Lines(lines);
    }

    private static string Text(Message message)
    {
        if (message.Deleted)
        {
            return "(deleted)";
        }

        var before = message switch
        {
            { ReplyTo: { } reply } => $"(reply to {reply}) ",
            { Thread: { } thread } => $"(thread {thread}) ",
            _ => "",
        };
        return before + Shown.Lines(message.Text) + (message.EditedAt is null ? "" : " (edited)") + (message.Pinned ? " (pinned)" : "");
    }

    private async Task<string> DeedAsync(RoomEvent e) => e.Kind switch
    {
        EventKind.Message => "(deleted)",
        EventKind.Edit => $"edits {e.Target}: {Shown.Lines(e.Text)}",
        EventKind.Delete => $"deletes {e.Target}",
        EventKind.Reaction => e.On == true ? $"reacts to {e.Target}: {Shown.Line(e.Emoji)}" : $"takes back from {e.Target}: {Shown.Line(e.Emoji)}",
        EventKind.Pin => e.On == true ? $"pins {e.Target}" : $"unpins {e.Target}",
        EventKind.Member => await MembershipAsync(e),
        EventKind.Room => $"room: {Shown.Line(e.Name)}{(e.Topic is { Length: > 0 } topic ? $" ({Shown.Line(topic)})" : "")}{(e.Archived == true ? ", archived" : "")}",
        _ => "does something that this version does not know",
    };

    private async Task<string> MembershipAsync(RoomEvent e)
    {
        var self = e.UserId is null || e.UserId == e.By;
        var who = e.UserId is { } user ? await names.OfAsync(user) : "?";
        return e.Change switch
        {
            MemberChange.Joined => self ? "joins" : $"adds {who}",
            MemberChange.Left => "leaves",
            MemberChange.Removed => $"removes {who}",
            MemberChange.Banned => $"bans {who}",
            MemberChange.Role when e.Role is { } role => $"makes {who} {WireEnumConverter<MemberRole>.NameOf(role)}",
            MemberChange.Muted => e.MutedUntil is { } until ? $"mutes {who} until {Local(until):yyyy-MM-dd HH:mm}" : $"unmutes {who}",
            _ => "does something that this version does not know",
        };
    }

    private void Add(List<IReadOnlyList<Cell>> lines, long seq, DateTimeOffset at, string by, char mark, string text, Spectre.Console.Style style)
    {
        var local = Local(at);
        var day = DateOnly.FromDateTime(local.DateTime);
        if (day != _day)
        {
            _day = day;
            lines.Add([new Cell($"{new string(' ', SeqWidth)}  {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", Styles.Faint)]);
        }

        var first = true;
        foreach (var line in Folded(text))
        {
            lines.Add(first
                ? [
                    new Cell(seq.ToString(CultureInfo.InvariantCulture).PadLeft(SeqWidth), Styles.Faint),
                    new Cell($"  {local.ToString("HH:mm", CultureInfo.InvariantCulture)}  ", Styles.Faint),
                    new Cell(CellWidth.Pad(CellWidth.Fit(Shown.Line(by), LongestName), NameWidth), Styles.Name),
                    new Cell($" {mark} ", Styles.Faint),
                    new Cell(line, style),
                ]
                : [.. Start(mark), new Cell(line, style)]);
            first = false;
        }
    }

    private int NameWidth => Math.Clamp(names.Longest, 1, LongestName);

    /// <summary>What comes before the mark when a line goes on.</summary>
    private IEnumerable<Cell> Start(char mark) => [new Cell($"{new string(' ', SeqWidth + 9 + NameWidth)} {mark} ", Styles.Faint)];

    private IEnumerable<string> Folded(string text)
    {
        var width = run.Screen.Width - SeqWidth - 9 - NameWidth - 3;
        return run.Screen.IsTerminal ? CellWidth.Wrap(text, Math.Max(width, NarrowestText)) : text.Split('\n');
    }

    private DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, run.Clock.LocalTimeZone);
}
