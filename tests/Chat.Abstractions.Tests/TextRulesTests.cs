using System.Globalization;
using System.Text;
using Chat.Contracts;

namespace Chat.Abstractions.Tests;

public sealed class TextRulesTests
{
    [Theory]
    [InlineData("👍")]
    [InlineData("❤️")]
    [InlineData("❤")]
    [InlineData("👍🏽")]
    [InlineData("👩🏽‍💻")]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData("👨🏻‍❤️‍💋‍👨🏿")]
    [InlineData("🏳️‍🌈")]
    [InlineData("🇰🇷")]
    [InlineData("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    [InlineData("1️⃣")]
    [InlineData("#⃣")]
    [InlineData("☺️")]
    [InlineData("🫩")]
    [InlineData("✔️")]
    public void One_emoji_is_an_emoji_and_one_grapheme_cluster(string emoji)
    {
        TextRules.IsEmoji(emoji).ShouldBeTrue();
        new StringInfo(emoji).LengthInTextElements.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a")]
    [InlineData("1")]
    [InlineData("#")]
    [InlineData("👍👍")]
    [InlineData("👍a")]
    [InlineData(" 👍")]
    [InlineData("🇰")]
    [InlineData("🇰🇷🇰")]
    [InlineData("👍‍")]
    [InlineData("‍👍")]
    [InlineData("👍‍a")]
    [InlineData("👍🏽🏽")]
    [InlineData("👍️️")]
    [InlineData("🏽")]
    [InlineData("\uFE0F")]
    [InlineData("🏴\U000E0067\U000E0062")]
    [InlineData("👍\u0301")]
    [InlineData("あ")]
    public void Anything_else_is_none(string? text) => TextRules.IsEmoji(text).ShouldBeFalse();

    [Fact]
    public void Half_a_character_is_refused_everywhere()
    {
        // Not as arguments of the test: attributes are stored as UTF-8, which has no half characters.
        foreach (var text in new[] { "\ud83d", "\udc4d", "\udc4d\ud83d" })
        {
            TextRules.IsEmoji(text).ShouldBeFalse();
            TextRules.CheckMessage("x" + text, 100).ShouldBe(ErrorCode.MessageTextInvalid);
            TextRules.CheckClientId("x" + text).ShouldBe(ErrorCode.ClientIdInvalid);
            TextRules.CheckName("x" + text, 100, ErrorCode.RoomNameInvalid, out _).ShouldBe(ErrorCode.RoomNameInvalid);
        }
    }

    [Fact]
    public void An_emoji_over_64_bytes_is_refused() => TextRules.IsEmoji(string.Join('\u200d', Enumerable.Repeat("👩", 10))).ShouldBeFalse();

    [Fact]
    public void A_message_may_fill_its_bytes_and_no_more()
    {
        TextRules.CheckMessage(new string('한', 2), 6).ShouldBeNull();
        TextRules.CheckMessage(new string('한', 2), 5).ShouldBe(ErrorCode.MessageTooLong);
        TextRules.CheckMessage(new string('x', 1_000_000), 5).ShouldBe(ErrorCode.MessageTooLong);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n\t\u3000")]
    [InlineData("\u200b\u200d\u202e\ufeff")]
    public void A_message_with_nothing_to_see_is_empty(string? text) => TextRules.CheckMessage(text, 100).ShouldBe(ErrorCode.MessageEmpty);

    [Theory]
    [InlineData("two\nlines\twith tabs")]
    [InlineData("‏עברית‎ mixed")]
    [InlineData("z̶̡̛a̴l̵g̷o")]
    [InlineData(".")]
    public void A_message_may_hold_what_people_write(string text) => TextRules.CheckMessage(text, 1000).ShouldBeNull();

    [Fact]
    public void NUL_is_refused_in_messages() => TextRules.CheckMessage("a\0b", 100).ShouldBe(ErrorCode.MessageTextInvalid);

    [Fact]
    public void Names_are_counted_as_people_count()
    {
        TextRules.CheckName("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, ErrorCode.RoomNameInvalid, out var cleaned).ShouldBeNull();
        cleaned.ShouldBe("👨‍👩‍👧‍👦👨‍👩‍👧‍👦");
        TextRules.CheckName("👨‍👩‍👧‍👦👨‍👩‍👧‍👦a", 2, ErrorCode.RoomNameInvalid, out _).ShouldBe(ErrorCode.RoomNameInvalid);
        TextRules.CheckName("  ab ", 2, ErrorCode.RoomNameInvalid, out cleaned).ShouldBeNull();
        cleaned.ShouldBe("ab");
    }

    [Fact]
    public void A_flood_of_combining_marks_is_no_name() =>
        TextRules.CheckName("a" + new string('\u0301', 40), 10, ErrorCode.RoomNameInvalid, out _).ShouldBe(ErrorCode.RoomNameInvalid);

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u0085b")]
    [InlineData("\u200b")]
    [InlineData("")]
    [InlineData(null)]
    public void A_name_is_one_visible_line_that_turns_nothing_around(string? name)
    {
        TextRules.CheckName(name, 100, ErrorCode.StatusInvalid, out var cleaned).ShouldBe(ErrorCode.StatusInvalid);
        cleaned.ShouldBeEmpty();
    }

    [Fact]
    public void A_client_id_has_up_to_64_characters_outside_the_basic_plane_too()
    {
        TextRules.CheckClientId(string.Concat(Enumerable.Repeat("👍", 64))).ShouldBeNull();
        TextRules.CheckClientId(string.Concat(Enumerable.Repeat("👍", 65))).ShouldBe(ErrorCode.ClientIdInvalid);
        TextRules.CheckClientId(new string('x', 65)).ShouldBe(ErrorCode.ClientIdInvalid);
        TextRules.CheckClientId("a\u0001").ShouldBe(ErrorCode.ClientIdInvalid);
        TextRules.CheckClientId("").ShouldBe(ErrorCode.ClientIdInvalid);
        TextRules.CheckClientId(null).ShouldBe(ErrorCode.ClientIdInvalid);
    }

    [Fact]
    public void Whatever_passes_survives_UTF_8()
    {
        var random = new Random();
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        for (var round = 0; round < 2000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (char)(random.Next(3) == 0 ? random.Next(0xD800, 0xE000) : random.Next(0x10000)))]);
            if (TextRules.CheckMessage(text, 1000) is null)
            {
                strict.GetString(strict.GetBytes(text)).ShouldBe(text);
            }
            else if (!text.Contains('\0', StringComparison.Ordinal) && TextRules.CheckMessage(text, 1000) == ErrorCode.MessageTextInvalid)
            {
                Should.Throw<EncoderFallbackException>(() => strict.GetBytes(text));
            }
        }
    }
}
