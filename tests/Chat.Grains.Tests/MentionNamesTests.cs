namespace Chat.Grains.Tests;

public sealed class MentionNamesTests
{
    [Theory]
    [InlineData("no mention here", "")]
    [InlineData("hi @ann", "ann")]
    [InlineData("hi @Ann, and @bob!", "ann|bob")]
    [InlineData("@ann @ann @ANN", "ann")]
    [InlineData("mail ann@example.org", "")]
    [InlineData("at the end @ann.", "ann.|ann")]
    [InlineData("안녕@bob님", "bob")]
    [InlineData("ありがとう@bob。", "bob")]
    [InlineData("谢谢@bob！", "bob")]
    [InlineData("😀@bob😀", "bob")]
    [InlineData("@room please read", "room")]
    [InlineData("@@ann", "ann")]
    [InlineData("@", "")]
    [InlineData("@a", "")]
    public void Names_are_found_where_people_write_them(string text, string expected) =>
        string.Join('|', MentionNames.Candidates(text, 50)).ShouldBe(expected);

    [Fact]
    public void No_more_names_are_looked_up_than_allowed()
    {
        var text = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"@user{i}"));

        MentionNames.Candidates(text, 50).Count.ShouldBe(50);
        MentionNames.Candidates(text, 0).ShouldBeEmpty();
    }

    [Fact]
    public void A_hostile_text_is_searched_in_linear_time()
    {
        // 8 KiB of what makes careless patterns backtrack; the test runner's own limit is the bound.
        MentionNames.Candidates(new string('@', 8192), 50).ShouldBeEmpty();
        MentionNames.Candidates("@" + new string('.', 8191), 50).ShouldBeEmpty();
        MentionNames.Candidates(string.Concat(Enumerable.Repeat("@a.", 2730)), 50).Count.ShouldBeLessThanOrEqualTo(50);
    }
}
