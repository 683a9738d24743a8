using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>
/// What text may come in from outside. Every text that is kept passes one of these checks, so that whatever is stored can be written
/// as UTF-8, shown and compared again. Names are trimmed; message texts are kept as they were sent.
/// </summary>
public static class TextRules
{
    /// <summary>Longest clientId, in code points (the contract's "characters").</summary>
    public const int ClientIdLength = 64;

    /// <summary>Largest reaction, in bytes of UTF-8; the longest emoji sequences in use take about 40.</summary>
    public const int EmojiBytes = 64;

    /// <summary>Shortest user name.</summary>
    public const int UsernameLeast = 3;

    /// <summary>Longest user name.</summary>
    public const int UsernameMost = 32;

    /// <summary>Most UTF-16 units in one character as people count them: emoji sequences take up to 16, floods of combining marks take more.</summary>
    private const int ElementUnits = 32;

    /// <summary>Names that mean something in a message (<c>@room</c>) and so belong to nobody.</summary>
    private static readonly string[] ReservedUsernames = ["room", "here", "all", "everyone"];

    /// <summary>
    /// Checks a message's text: well-formed Unicode without NUL, with something to see, of at most <paramref name="maxBytes"/> bytes of UTF-8.
    /// </summary>
    /// <returns>Why it is refused; null when it may be sent.</returns>
    public static ErrorCode? CheckMessage([NotNull] string? text, int maxBytes)
    {
        if (string.IsNullOrEmpty(text))
        {
            text = "";
            return ErrorCode.MessageEmpty;
        }

        // UTF-8 is never shorter than UTF-16 has units, so a flood is refused without being walked.
        if (text.Length > maxBytes || Encoding.UTF8.GetByteCount(text) > maxBytes)
        {
            return ErrorCode.MessageTooLong;
        }

        if (!IsWellFormed(text))
        {
            return ErrorCode.MessageTextInvalid;
        }

        return HasVisible(text) ? null : ErrorCode.MessageEmpty;
    }

    /// <summary>
    /// Checks a name, topic or status: trimmed, not empty, well-formed Unicode on one line without control characters and without marks that
    /// turn the direction of what follows, at most <paramref name="maxElements"/> characters as people count them.
    /// </summary>
    /// <param name="text">The text as it came.</param>
    /// <param name="maxElements">Most text elements.</param>
    /// <param name="whenInvalid">The code to answer.</param>
    /// <param name="cleaned">The trimmed text; empty when it is refused.</param>
    /// <returns><paramref name="whenInvalid"/> when it is refused; null when <paramref name="cleaned"/> may be kept.</returns>
    public static ErrorCode? CheckName(string? text, int maxElements, ErrorCode whenInvalid, out string cleaned)
    {
        cleaned = "";
        if (text is null || text.Length > (long)maxElements * ElementUnits || !IsWellFormed(text))
        {
            return whenInvalid;
        }

        var trimmed = text.Trim();
        if (!HasVisible(trimmed) || HasForbiddenInName(trimmed) || !FitsElements(trimmed, maxElements))
        {
            return whenInvalid;
        }

        cleaned = trimmed;
        return null;
    }

    /// <summary>Checks a clientId: 1 to 64 code points, well-formed, without control characters. Any other content is the sender's affair.</summary>
    /// <returns>Why it is refused; null when it may be used.</returns>
    public static ErrorCode? CheckClientId([NotNull] string? clientId)
    {
        if (string.IsNullOrEmpty(clientId))
        {
            clientId = "";
            return ErrorCode.ClientIdInvalid;
        }

        if (clientId.Length > ClientIdLength * 2 || !IsWellFormed(clientId))
        {
            return ErrorCode.ClientIdInvalid;
        }

        var points = 0;
        foreach (var rune in clientId.EnumerateRunes())
        {
            if (++points > ClientIdLength || Rune.IsControl(rune))
            {
                return ErrorCode.ClientIdInvalid;
            }
        }

        return null;
    }

    /// <summary>Checks a user name after folding its case: 3 to 32 of <c>a-z 0-9 . _ -</c>, and not a reserved word.</summary>
    /// <param name="text">The name as it came.</param>
    /// <param name="folded">The name in the one spelling that is stored; empty when it is refused.</param>
    /// <returns>Why it is refused; null when it may be used.</returns>
    public static ErrorCode? CheckUsername(string? text, out string folded)
    {
        folded = "";
        if (text is null || text.Length is < UsernameLeast or > UsernameMost)
        {
            return ErrorCode.UsernameInvalid;
        }

        var lower = text.ToLowerInvariant();
        foreach (var c in lower)
        {
            if (!IsUsernameChar(c))
            {
                return ErrorCode.UsernameInvalid;
            }
        }

        if (ReservedUsernames.Contains(lower, StringComparer.Ordinal))
        {
            return ErrorCode.UsernameInvalid;
        }

        folded = lower;
        return null;
    }

    /// <summary>Whether a (folded) user name may hold this character.</summary>
    public static bool IsUsernameChar(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '-';

    /// <summary>Whether the text can be stored and sent: no lone surrogates (they have no UTF-8) and no NUL.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0')
            {
                return false;
            }

            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    /// <summary>Whether the text is exactly one emoji, of at most 64 bytes; see <see cref="EmojiSyntax"/>.</summary>
    public static bool IsEmoji([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= EmojiBytes } && Encoding.UTF8.GetByteCount(text) <= EmojiBytes && EmojiSyntax.IsOneEmoji(text);

    private static bool HasVisible(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasForbiddenInName(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // Embeddings, overrides and isolates reach beyond the name into what is shown after it (UAX #9).
            if (rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return true;
            }
        }

        return false;
    }

    private static bool FitsElements(ReadOnlySpan<char> text, int maxElements)
    {
        for (var count = 0; text.Length > 0; count++)
        {
            var length = StringInfo.GetNextTextElementLength(text);
            if (count == maxElements || length > ElementUnits)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }
}
