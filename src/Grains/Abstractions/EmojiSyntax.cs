using System.Text;

namespace Chat.Abstractions;

/// <summary>
/// The emoji grammar of Unicode Technical Standard #51, section 1.4.9, over Extended_Pictographic, the property that also covers the code
/// points set aside for emoji to come. Whatever it accepts is one grapheme cluster by the rules GB9, GB11 and GB12 of UAX #29.
/// </summary>
public static class EmojiSyntax
{
    private const int Joiner = 0x200D;
    private const int EmojiPresentation = 0xFE0F;
    private const int Keycap = 0x20E3;
    private const int TagEnd = 0xE007F;

    /// <summary>Extended_Pictographic of emoji-data.txt, Unicode 16: pairs of first and last code point, ascending.</summary>
    private static ReadOnlySpan<int> Pictographic =>
    [
        0x00A9, 0x00A9, 0x00AE, 0x00AE, 0x203C, 0x203C, 0x2049, 0x2049, 0x2122, 0x2122, 0x2139, 0x2139, 0x2194, 0x2199, 0x21A9, 0x21AA,
        0x231A, 0x231B, 0x2328, 0x2328, 0x2388, 0x2388, 0x23CF, 0x23CF, 0x23E9, 0x23F3, 0x23F8, 0x23FA, 0x24C2, 0x24C2, 0x25AA, 0x25AB,
        0x25B6, 0x25B6, 0x25C0, 0x25C0, 0x25FB, 0x25FE, 0x2600, 0x2605, 0x2607, 0x2612, 0x2614, 0x2685, 0x2690, 0x2705, 0x2708, 0x2712,
        0x2714, 0x2714, 0x2716, 0x2716, 0x271D, 0x271D, 0x2721, 0x2721, 0x2728, 0x2728, 0x2733, 0x2734, 0x2744, 0x2744, 0x2747, 0x2747,
        0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2763, 0x2767, 0x2795, 0x2797, 0x27A1, 0x27A1, 0x27B0, 0x27B0,
        0x27BF, 0x27BF, 0x2934, 0x2935, 0x2B05, 0x2B07, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x3030, 0x3030, 0x303D, 0x303D,
        0x3297, 0x3297, 0x3299, 0x3299, 0x1F000, 0x1F0FF, 0x1F10D, 0x1F10F, 0x1F12F, 0x1F12F, 0x1F16C, 0x1F171, 0x1F17E, 0x1F17F,
        0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F1AD, 0x1F1E5, 0x1F201, 0x1F20F, 0x1F21A, 0x1F21A, 0x1F22F, 0x1F22F, 0x1F232, 0x1F23A,
        0x1F23C, 0x1F23F, 0x1F249, 0x1F3FA, 0x1F400, 0x1F53D, 0x1F546, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F774, 0x1F77F, 0x1F7D5, 0x1F7FF,
        0x1F80C, 0x1F80F, 0x1F848, 0x1F84F, 0x1F85A, 0x1F85F, 0x1F888, 0x1F88F, 0x1F8AE, 0x1F8FF, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945,
        0x1F947, 0x1FAFF, 0x1FC00, 0x1FFFD,
    ];

    /// <summary>
    /// Whether the text is exactly one emoji: a flag of two regional indicators, a keycap, or pictographs (each with a skin tone or the emoji
    /// variation selector, or with the tags of a regional flag) joined by zero-width joiners.
    /// </summary>
    public static bool IsOneEmoji(ReadOnlySpan<char> text)
    {
        var first = Next(ref text);
        if (IsRegional(first))
        {
            return IsRegional(Next(ref text)) && text.IsEmpty;
        }

        if (first is '#' or '*' or (>= '0' and <= '9'))
        {
            _ = Skip(ref text, EmojiPresentation);
            return Skip(ref text, Keycap) && text.IsEmpty;
        }

        if (!IsPictographic(first))
        {
            return false;
        }

        while (TakeModifiers(ref text))
        {
            if (text.IsEmpty)
            {
                return true;
            }

            if (!Skip(ref text, Joiner) || !IsPictographic(Next(ref text)))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Takes what may follow a pictograph; false when tags are not ended.</summary>
    private static bool TakeModifiers(ref ReadOnlySpan<char> text)
    {
        if (Peek(text) is EmojiPresentation or (>= 0x1F3FB and <= 0x1F3FF))
        {
            _ = Next(ref text);
        }

        if (Peek(text) is < 0xE0020 or > 0xE007E)
        {
            return true;
        }

        while (Peek(text) is >= 0xE0020 and <= 0xE007E)
        {
            _ = Next(ref text);
        }

        return Skip(ref text, TagEnd);
    }

    private static bool IsRegional(int point) => point is >= 0x1F1E6 and <= 0x1F1FF;

    private static bool IsPictographic(int point)
    {
        var table = Pictographic;
        var low = 0;
        var high = (table.Length / 2) - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (point < table[middle * 2])
            {
                high = middle - 1;
            }
            else if (point > table[(middle * 2) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next code point, or −1 at the end and for a lone surrogate.</summary>
    private static int Peek(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) is System.Buffers.OperationStatus.Done ? rune.Value : -1;

    private static int Next(ref ReadOnlySpan<char> text)
    {
        var status = Rune.DecodeFromUtf16(text, out var rune, out var units);
        text = text[units..];
        return status is System.Buffers.OperationStatus.Done ? rune.Value : -1;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, int point)
    {
        if (Peek(text) != point)
        {
            return false;
        }

        _ = Next(ref text);
        return true;
    }
}
