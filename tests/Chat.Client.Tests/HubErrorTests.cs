using Chat.Contracts;

namespace Chat.Client.Tests;

public sealed class HubErrorTests
{
    [Theory]
    [InlineData("An unexpected error occurred invoking 'Send' on the server. HubException: room.not_found: There is no such room.", "room.not_found", "There is no such room.")]
    [InlineData("rate.limited: a: b", "rate.limited", "a: b")]
    [InlineData("An unexpected error occurred invoking 'Send' on the server.", "server.internal", "An unexpected error occurred invoking 'Send' on the server.")]
    [InlineData("Error: not a code", "server.internal", "Error: not a code")]
    [InlineData("", "server.internal", "")]
    public void Code_and_text_are_taken_apart(string error, string code, string message)
    {
        var parsed = HubCallException.Parse(error);

        (parsed.Code, parsed.Message).ShouldBe((code, message));
    }

    [Fact]
    public void Every_refusal_survives_the_way_to_the_client()
    {
        foreach (var code in ErrorCode.All)
        {
            var message = new Refusal(code, "Some detail: here.").ToHubMessage();

            var parsed = HubCallException.Parse($"An unexpected error occurred invoking 'X' on the server. HubException: {message}");

            parsed.ErrorCode.ShouldBeSameAs(code);
            parsed.Message.ShouldBe("Some detail: here.");
        }
    }
}
