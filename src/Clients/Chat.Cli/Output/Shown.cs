using System.Text;

namespace Chat.Cli.Output;

/// <summary>
/// Text from elsewhere as a terminal may show it: nothing in it moves the cursor, changes colours, titles or the clipboard, or turns the
/// direction of what follows. JSON output needs none of this, since JSON escapes control characters.
/// </summary>
internal static class Shown
{
    private const int Pictures = 0x2400;

    /// <summary>On one line: line breaks become pictures as well.</summary>
    public static string Line(string? text) => Clean(text, keepBreaks: false);

    /// <summary>On as many lines as it has, separated by <c>\n</c>.</summary>
    public static string Lines(string? text) => Clean(text, keepBreaks: true);

    private static string Clean(string? text, bool keepBreaks)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '\r' when keepBreaks && i + 1 < text.Length && text[i + 1] == '\n':
                    break;
                case '\n' or '\u2028' or '\u2029' when keepBreaks:
                    clean.Append('\n');
                    break;
                case '\t':
                    clean.Append("    ");
                    break;
                case < ' ':
                    clean.Append((char)(Pictures + c));
                    break;
                case '\u007F':
                    clean.Append('\u2421');
                    break;
                case '\u2028' or '\u2029' or (>= '\u0080' and <= '\u009F'):
                    clean.Append('\uFFFD');
                    break;
                // Embeddings, overrides and isolates of direction. The marks that make right-to-left text right stay.
                case (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'):
                    break;
                default:
                    clean.Append(c);
                    break;
            }
        }

        return clean.ToString();
    }
}
