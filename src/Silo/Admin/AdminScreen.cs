using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.Silo.Admin;

/// <summary>The program's output, for data, and its error stream, for everything else. UTF-8, whatever the locale. Not thread safe.</summary>
internal sealed class AdminScreen : IDisposable
{
    private const int Gap = 2;

    private static readonly JsonSerializerOptions JsonForm = new(JsonSerializerDefaults.Web);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly StreamWriter _out = new(Console.OpenStandardOutput(), Utf8) { NewLine = "\n" };
    private readonly StreamWriter _error = new(Console.OpenStandardError(), Utf8) { NewLine = "\n", AutoFlush = true };

    /// <summary>The output.</summary>
    public TextWriter Out => _out;

    /// <summary>The error stream.</summary>
    public TextWriter Error => _error;

    /// <summary>Says what is wrong.</summary>
    public void Say(string sentence) => _error.WriteLine($"chat-admin: {sentence}");

    /// <summary>One line of data.</summary>
    public void Line(string text = "") => _out.WriteLine(text);

    /// <summary>One line of JSON.</summary>
    public void Json<T>(T value) => _out.WriteLine(JsonSerializer.Serialize(value, JsonForm));

    /// <summary>A heading and a table, columns aligned, numbers to the right. Nothing when there are no rows.</summary>
    public void Table(string heading, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        Line(heading);
        var cells = rows.Select(row => row.Select(Text).ToArray()).Prepend([.. columns]).ToList();
        var widths = columns.Select((_, i) => cells.Max(row => row[i].Length)).ToArray();
        var numbers = columns.Select((_, i) => rows.All(row => row[i] is null or long or int)).ToArray();
        foreach (var row in cells)
        {
            var line = row.Select((cell, i) => numbers[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            Line($"{new string(' ', Gap)}{string.Join(new string(' ', Gap), line)}".TrimEnd());
        }

        Line();
    }

    public void Dispose()
    {
        try
        {
            _out.Dispose();
        }
        catch (IOException)
        {
            // Whoever reads, as head does, has enough.
        }

        _error.Dispose();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        long or int => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
