using System.Text;

namespace Chat.Abstractions;

/// <summary>Where a search by prefix may find a user: the same for all stores. Part of the stored format.</summary>
public static class SearchWords
{
    /// <summary>The form in which texts are compared: letter case ignored, everything else as it is.</summary>
    public static string Fold(string text) => text.ToLowerInvariant();

    /// <summary>
    /// The folded user name, and the folded display name from each of its words on, so that the beginning of a word finds it and so does
    /// more than one word. A word begins at the start, and at a letter or digit after something that is neither letter, digit nor mark.
    /// Chinese, Japanese and Korean names without blanks are one word.
    /// </summary>
    public static HashSet<string> Of(string username, string displayName)
    {
        var words = new HashSet<string>(StringComparer.Ordinal) { Fold(username) };
        var folded = Fold(displayName);
        if (folded.Length > 0)
        {
            words.Add(folded);
        }

        var inside = false;
        var position = 0;
        foreach (var rune in folded.EnumerateRunes())
        {
            var belongs = Rune.IsLetterOrDigit(rune) || (inside && IsMark(rune));
            if (belongs && !inside)
            {
                words.Add(folded[position..]);
            }

            inside = belongs;
            position += rune.Utf16SequenceLength;
        }

        return words;
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark
            or System.Globalization.UnicodeCategory.EnclosingMark;
}
