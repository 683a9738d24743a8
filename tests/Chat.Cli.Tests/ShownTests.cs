using Chat.Cli.Output;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Cli.Tests;

public sealed class ShownTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("한국어 日本語 👩‍👩‍👧", "한국어 日本語 👩‍👩‍👧")]
    [InlineData("שלום\u200F עולם", "שלום\u200F עולם")]
    [InlineData("\u001B[31mred\u001B[0m", "␛[31mred␛[0m")]
    [InlineData("\u001B]0;title\a", "␛]0;title␇")]
    [InlineData("\u009B31m", "\uFFFD31m")]
    [InlineData("a\bb\u007Fc\0d", "a␈b␡c␀d")]
    [InlineData("over\rwritten", "over␍written")]
    [InlineData("\u202Eevil\u2066x\u2069", "evilx")]
    [InlineData("a\tb", "a    b")]
    [InlineData("a\nb", "a␊b")]
    [InlineData("a\u2028b", "a\uFFFDb")]
    [InlineData(null, "")]
    public void Text_is_shown_on_one_line_and_commands_nothing(string? text, string shown) => Shown.Line(text).ShouldBe(shown);

    [Theory]
    [InlineData("a\nb\r\nc\u2028d", "a\nb\nc\nd")]
    [InlineData("a\rb", "a␍b")]
    [InlineData("\n", "\n")]
    public void Lines_stay_lines(string text, string shown) => Shown.Lines(text).ShouldBe(shown);

    [Fact]
    public void No_text_keeps_a_control_character() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        text => !Shown.Line(text).Any(char.IsControl) && !Shown.Lines(text).Any(c => char.IsControl(c) && c != '\n')).QuickCheckThrowOnFailure();
}
