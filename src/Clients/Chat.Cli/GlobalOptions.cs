using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Chat.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, one document a line, in the contract's form.", Recursive = true };

    public Option<string?> Server { get; } = new("--server")
    {
        Description = "The server's address [$CHAT_SERVER]. Commands take the session with it; login signs in there.", HelpName = "URL", Recursive = true,
    };

    public Option<string?> Profile { get; } = new("--profile")
    {
        Description = "The session to use, by the name under which login keeps it [$CHAT_PROFILE].", HelpName = "NAME", Recursive = true,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How many seconds the server may take for an answer (30), and tail may go without it (for ever).",
        HelpName = "SECONDS", Recursive = true, CustomParser = ParseSeconds,
    };

    public IEnumerable<Option> All => [Json, Server, Profile, Timeout];

    /// <summary>The time that was asked for, or the usual one.</summary>
    public TimeSpan TimeoutOf(ParseResult parsed) => parsed.GetValue(Timeout) ?? UsualTimeout;

    private static TimeSpan? ParseSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0.001 and <= 86_400)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        result.AddError("--timeout takes seconds, at most 86400 (a day).");
        return null;
    }
}
