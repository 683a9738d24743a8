using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Chat.Cli.Commands;

namespace Chat.Cli;

/// <summary>The program's commands and options, and how a command line is read.</summary>
internal static class CommandLine
{
    private static readonly string[] RootExamples =
    [
        "chat login --register --username ann --server http://localhost:8080",
        "chat create Lobby",
        "chat send Lobby 'Hello.'",
        "chat tail Lobby",
    ];

    // No response files, since @ann is a user; no bundles of short options, so that -nx is not taken for -n.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>All commands.</summary>
    public static RootCommand Build(GlobalOptions options)
    {
        var root = new RootCommand("Chat on the command line. Data goes to the output, everything else to the error stream; exit codes are in docs/command-line.md.")
        {
            SessionCommands.Login(),
            SessionCommands.Logout(),
            SessionCommands.WhoAmI(),
            RoomCommands.List(),
            RoomCommands.Create(),
            RoomCommands.Direct(),
            RoomCommands.Join(),
            RoomCommands.Leave(),
            UserCommands.Members(),
            SendCommand.Create(),
            TailCommand.Create(),
            HistoryCommand.Create(),
            UserCommands.Users(),
        };
        foreach (var option in options.All)
        {
            root.Add(option);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Reads a command line.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments) => root.Parse(arguments, Configuration);

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? ProblemOf(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            return parsed.Errors[0].Message;
        }

        // A mistyped option would otherwise be taken for a text, and sent.
        var literal = parsed.Tokens.TakeWhile(token => token.Type is not TokenType.DoubleDash).Count();
        foreach (var argument in parsed.CommandResult.Command.Arguments)
        {
            foreach (var token in parsed.GetResult(argument)?.Tokens ?? [])
            {
                var place = parsed.Tokens.TakeWhile(other => !ReferenceEquals(other, token)).Count();
                if (token.Value.Length > 1 && token.Value[0] == '-' && place < literal)
                {
                    return $"there is no option '{token.Value}'; put -- before what begins with - and is none";
                }
            }
        }

        return null;
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in parseResult.CommandResult.Command is ChatCommand command ? command.Examples : RootExamples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
            return code;
        }
    }
}
