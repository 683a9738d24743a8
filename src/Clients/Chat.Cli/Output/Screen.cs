using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Contracts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chat.Cli.Output;

/// <summary>
/// The program's output: what was asked for and nothing else, in UTF-8. For people lines and tables, coloured on a terminal; with
/// <c>--json</c> one JSON document a line. Not thread safe.
/// </summary>
internal sealed class Screen : IDisposable
{
    private const int WidthOfUnknownTerminal = 80;
    private const int Gap = 2;

    private readonly StreamWriter _writer = new(StandardOutput.Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024)
    {
        NewLine = "\n",
    };

    // Made when the first line for people is written: to ask for its width alone makes .NET set up the terminal.
    private readonly Lazy<int> _width;
    private readonly Lazy<IAnsiConsole> _console;

    /// <summary>Writes to the standard output.</summary>
    public Screen()
    {
        _width = new(() => IsTerminal ? TerminalWidth() : int.MaxValue);
        _console = new(MakeConsole);
    }

    /// <summary>Whether a person sees it rather than a file or a program.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Cells in a line; without bound where it is no terminal.</summary>
    public int Width => _width.Value;

    /// <summary>Where help and version go.</summary>
    public TextWriter Writer => _writer;

    /// <summary>One line of JSON, in the contract's form.</summary>
    public void Json<T>(T value)
    {
        _writer.Write(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)ChatJson.Options.GetTypeInfo(typeof(T))));
        _writer.Write('\n');
    }

    /// <summary>A line of JSON for each.</summary>
    public void JsonLines<T>(IEnumerable<T> values)
    {
        foreach (var value in values)
        {
            Json(value);
        }
    }

    /// <summary>One line.</summary>
    public void Line(string text) => Lines([[new Cell(text)]]);

    /// <summary>Lines of cells, one cell right after the other.</summary>
    public void Lines(IEnumerable<IReadOnlyList<Cell>> lines) =>
        _console.Value.Write(new Segments(lines.SelectMany(line => line.Where(cell => cell.Text.Length > 0)
            .Select(cell => new Segment(cell.Text, cell.Style)).Append(Segment.LineBreak))));

    /// <summary>
    /// A table under a heading, columns aligned. On a terminal, texts that do not fit are cut; elsewhere none is. Without rows there is no heading.
    /// </summary>
    public void Table(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var heading = columns.Select(column => new Cell(column.Name, Styles.Faint)).ToList();
        var widths = columns.Select((column, i) => Math.Min(IsTerminal ? column.Most : int.MaxValue, rows.Append(heading).Max(row => CellWidth.Of(row[i].Text))))
            .ToArray();
        // The last column takes what the others leave, were it little.
        var others = widths[..^1].Sum() + (Gap * (widths.Length - 1));
        widths[^1] = Math.Min(widths[^1], Math.Max(Width - others, CellWidth.Of(heading[^1].Text)));
        Lines(rows.Prepend(heading).Select(row => Aligned(columns, row, widths)));
    }

    /// <summary>Hands on what was written.</summary>
    public void Flush() => _writer.Flush();

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What could not be written was reported by the flush before.
        }
    }

    private static List<Cell> Aligned(IReadOnlyList<Column> columns, IReadOnlyList<Cell> row, int[] widths)
    {
        var line = new List<Cell>(row.Count * 2);
        for (var i = 0; i < row.Count; i++)
        {
            var text = CellWidth.Fit(row[i].Text, widths[i]);
            var blanks = new string(' ', Math.Max(0, widths[i] - CellWidth.Of(text)));
            var last = i == row.Count - 1;
            line.Add(new Cell((columns[i].Right ? blanks : "") + text, row[i].Style));
            line.Add(new Cell((columns[i].Right || last ? "" : blanks) + (last ? "" : new string(' ', Gap))));
        }

        while (line.Count > 1 && string.IsNullOrWhiteSpace(line[^1].Text))
        {
            line.RemoveAt(line.Count - 1);
        }

        return line;
    }

    private IAnsiConsole MakeConsole()
    {
        var isPlain = !IsTerminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new Target(_writer, Width, IsTerminal),
        });
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is var width and > 0 ? width : WidthOfUnknownTerminal;
        }
        catch (Exception ex) when (ex is IOException or PlatformNotSupportedException)
        {
            return WidthOfUnknownTerminal;
        }
    }

    /// <summary>Segments as they are: Spectre.Console's own texts are folded, and folding cuts emoji in half.</summary>
    private sealed class Segments(IEnumerable<Segment> segments) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => segments;
    }

    private sealed class Target(TextWriter writer, int width, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => width;

        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
            // It is UTF-8 always.
        }
    }
}

/// <summary>A piece of a line: text that is fit to be shown (see <see cref="Shown"/>), and its looks.</summary>
internal readonly record struct Cell(string Text, Style? LooksLike = null)
{
    public Style Style => LooksLike ?? Style.Plain;

    public static implicit operator Cell(string text) => new(text);
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Right">Numbers, which end at the same place.</param>
/// <param name="Most">Cells that it takes at most on a terminal; longer texts are cut.</param>
internal sealed record Column(string Name, bool Right = false, int Most = int.MaxValue);

/// <summary>Looks, the same for the same thing everywhere.</summary>
internal static class Styles
{
    public static readonly Style Faint = new(decoration: Decoration.Dim);

    public static readonly Style Name = new(foreground: Color.Teal);

    public static readonly Style Strong = new(decoration: Decoration.Bold);

    public static readonly Style Event = new(foreground: Color.Olive);
}
