namespace Chat.Cli;

/// <summary>A command cannot go on; what it says is all there is to say.</summary>
internal sealed class CliException(ExitCode exit, string code, string advice, Exception? inner = null)
    : Exception($"{code}: {advice}", inner)
{
    /// <summary>What the program ends with.</summary>
    public ExitCode Exit => exit;

    /// <summary>A code of the contract, or one of <see cref="CliCodes"/>.</summary>
    public string Code => code;

    /// <summary>What to do, in words.</summary>
    public string Advice => advice;

    /// <summary>The command line is wrong.</summary>
    public static CliException Usage(string advice) => new(ExitCode.Usage, CliCodes.Usage, advice);
}

/// <summary>Codes of what goes wrong on this side; all others are the server's.</summary>
internal static class CliCodes
{
    /// <summary>The command line is wrong.</summary>
    public const string Usage = "cli.usage";

    /// <summary>A name that more than one room has.</summary>
    public const string Ambiguous = "cli.ambiguous";

    /// <summary>No room or user of that name.</summary>
    public const string NotFound = "cli.not_found";

    /// <summary>Nobody is signed in.</summary>
    public const string SignedOut = "cli.signed_out";

    /// <summary>The server was not reached.</summary>
    public const string Unreachable = "cli.unreachable";

    /// <summary>The server did not answer in time.</summary>
    public const string Timeout = "cli.timeout";

    /// <summary>What answers is no chat server.</summary>
    public const string NoServer = "cli.no_server";

    /// <summary>A seq that the log has not reached.</summary>
    public const string LogReset = "cli.log_reset";

    /// <summary>Anything else.</summary>
    public const string Failed = "cli.failed";
}
