using Chat.Cli.Output;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Cli.Tests;

public sealed class CellWidthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("한글", 4)]
    [InlineData("\u1112\u1161\u11AB", 2)] // the same syllable in its parts
    [InlineData("日本語", 6)]
    [InlineData("ﾊﾝｶｸ", 4)]
    [InlineData("Ａ", 2)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("ก็", 1)]
    [InlineData("שלום", 4)]
    [InlineData("👍", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("👩‍👩‍👧", 2)]
    [InlineData("🇰🇷🇯🇵", 4)]
    [InlineData("❤️", 2)]
    [InlineData("1️⃣", 2)]
    [InlineData("☺", 1)]
    [InlineData("𝒜", 1)]
    [InlineData("𠀀", 2)]
    [InlineData("\u200B", 0)]
    public void Text_takes_the_cells_that_terminals_give_it(string text, int cells) => CellWidth.Of(text).ShouldBe(cells);

    [Theory]
    [InlineData("Lobby", 5, "Lobby")]
    [InlineData("Lobby", 4, "Lob…")]
    [InlineData("한글한글", 5, "한글…")]
    [InlineData("한글한글", 6, "한글…")]
    [InlineData("a👩‍👩‍👧b", 3, "a…")]
    public void Text_that_does_not_fit_is_cut_between_graphemes(string text, int cells, string fits) => CellWidth.Fit(text, cells).ShouldBe(fits);

    [Theory]
    [InlineData("one two three", 7, new[] { "one two", "three" })]
    [InlineData("abcdefgh", 3, new[] { "abc", "def", "gh" })]
    [InlineData("한글한글", 5, new[] { "한글", "한글" })]
    [InlineData("👍👍👍", 3, new[] { "👍", "👍", "👍" })]
    [InlineData("a\n\nb", 5, new[] { "a", "", "b" })]
    [InlineData("한", 1, new[] { "한" })]
    public void Lines_are_folded_at_blanks_or_between_graphemes(string text, int cells, string[] lines) =>
        CellWidth.Wrap(text, cells).ShouldBe(lines);

    [Fact]
    public void Folding_loses_nothing_but_blanks() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        text =>
        {
            var clean = Shown.Line(text);
            return string.Concat(CellWidth.Wrap(clean, 4)).Replace(" ", "", StringComparison.Ordinal) == clean.Replace(" ", "", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
}
