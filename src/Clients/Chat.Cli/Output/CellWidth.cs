using System.Globalization;
using System.Text;

namespace Chat.Cli.Output;

/// <summary>
/// How many cells of a terminal text takes: by grapheme, wide characters and emoji two, marks none. Spectre.Console counts UTF-16 units, by
/// which flags take four, and folds emoji in half.
/// </summary>
internal static class CellWidth
{
    private const int EmojiPresentation = 0xFE0F;

    // First and last of each range that Unicode 17 has as East Asian Wide or Fullwidth (EastAsianWidth.txt), which includes the emoji that
    // are shown as such by themselves.
    private static readonly int[] Wide =
    [
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
        0x2630, 0x2637, 0x2648, 0x2653, 0x267F, 0x267F, 0x268A, 0x268F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD,
        0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797,
        0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5,
        0x2FF0, 0x3029, 0x3030, 0x303E, 0x3041, 0x3096, 0x309B, 0x30FF, 0x3105, 0x312F, 0x3131, 0x3163, 0x3165, 0x318E, 0x3190, 0x31E5,
        0x31EF, 0x321E, 0x3220, 0x3247, 0x3250, 0xA48C, 0xA490, 0xA4C6, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19,
        0xFE30, 0xFE52, 0xFE54, 0xFE66, 0xFE68, 0xFE6B, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x16FE3, 0x16FF2, 0x16FF6,
        0x17000, 0x18CD5, 0x18CFF, 0x18D1E, 0x18D80, 0x18DF2, 0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B122,
        0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1B155, 0x1B155, 0x1B164, 0x1B167, 0x1B170, 0x1B2FB, 0x1D300, 0x1D356, 0x1D360, 0x1D376,
        0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F1E6, 0x1F202, 0x1F210, 0x1F23B, 0x1F240, 0x1F248,
        0x1F250, 0x1F251, 0x1F260, 0x1F265, 0x1F300, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA,
        0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D,
        0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5,
        0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6D8, 0x1F6DC, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB,
        0x1F7F0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FA7C, 0x1FA80, 0x1FA8A, 0x1FA8E, 0x1FAC6,
        0x1FAC8, 0x1FAC8, 0x1FACD, 0x1FADC, 0x1FADF, 0x1FAEA, 0x1FAEF, 0x1FAF8, 0x20000, 0x2FFFD, 0x30000, 0x3FFFD,
    ];

    /// <summary>Cells of a text without line breaks.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        var cells = 0;
        while (!text.IsEmpty)
        {
            var length = StringInfo.GetNextTextElementLength(text);
            cells += OfGrapheme(text[..length]);
            text = text[length..];
        }

        return cells;
    }

    /// <summary>The text if it fits, else its beginning and an ellipsis.</summary>
    public static string Fit(string text, int cells)
    {
        if (Of(text) <= cells)
        {
            return text;
        }

        var rest = text.AsSpan();
        var taken = Take(rest, cells - 1);
        return string.Concat(rest[..taken], "…");
    }

    /// <summary>The text with blanks behind it.</summary>
    public static string Pad(string text, int cells) => text + new string(' ', Math.Max(0, cells - Of(text)));

    /// <summary>The lines of a text, broken at blanks where there are any so that each fits.</summary>
    public static IEnumerable<string> Wrap(string text, int cells)
    {
        foreach (var line in text.Split('\n'))
        {
            var rest = line;
            while (Of(rest) > cells && StringInfo.GetNextTextElementLength(rest) < rest.Length)
            {
                var taken = Math.Max(Take(rest, cells), StringInfo.GetNextTextElementLength(rest));
                var blank = rest.AsSpan(0, taken).LastIndexOf(' ');
                var end = taken < rest.Length && rest[taken] == ' ' ? taken : blank > 0 ? blank : taken;
                yield return rest[..end];
                rest = rest[end..].TrimStart(' ');
            }

            yield return rest;
        }
    }

    /// <summary>How many characters fit into the cells, graphemes whole.</summary>
    private static int Take(ReadOnlySpan<char> text, int cells)
    {
        var taken = 0;
        while (taken < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text[taken..]);
            cells -= OfGrapheme(text.Slice(taken, length));
            if (cells < 0)
            {
                break;
            }

            taken += length;
        }

        return taken;
    }

    private static int OfGrapheme(ReadOnlySpan<char> grapheme)
    {
        var cells = 0;
        var first = true;
        foreach (var rune in grapheme.EnumerateRunes())
        {
            if (first && IsEmoji(rune.Value))
            {
                // Flags, skin tones, families: one picture of two cells, however many parts it has.
                return 2;
            }

            if (rune.Value == EmojiPresentation)
            {
                return 2;
            }

            cells += OfRune(rune);
            first = false;
        }

        return cells;
    }

    private static bool IsEmoji(int rune) => rune is >= 0x1F1E6 and <= 0x1FAFF && IsWide(rune);

    private static int OfRune(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control => 0,
        // Vowels and final consonants that join the syllable before them.
        _ when rune.Value is (>= 0x1160 and <= 0x11FF) or (>= 0xD7B0 and <= 0xD7FF) => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    private static bool IsWide(int rune)
    {
        var at = Array.BinarySearch(Wide, rune);
        // Between two entries it is inside a range when the next one is a range's end.
        return at >= 0 || (~at & 1) == 1;
    }
}
