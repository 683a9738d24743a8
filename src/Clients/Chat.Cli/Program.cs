using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using Chat.Cli.Commands;
using Chat.Cli.Output;

namespace Chat.Cli;

/// <summary>The program <c>chat</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        using var notes = new Notes();
        using var screen = new Screen();
        using var stop = new StopSignals();
        ExitCode exit;
        try
        {
            exit = await RunAsync(args, screen, notes, stop.Token);
            screen.Flush();
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            exit = stop.Exit;
        }
        catch (Exception fault) when (StandardOutput.IsReaderGone(fault))
        {
            // Whoever reads, as head does, has enough.
            exit = ExitCode.Done;
        }
        catch (Exception fault)
        {
            var translated = Faults.Translate(fault);
            notes.Say(translated.Message);
            exit = translated.Exit;
        }

        return (int)exit;
    }

    private static async Task<ExitCode> RunAsync(string[] args, Screen screen, Notes notes, CancellationToken stop)
    {
        var options = new GlobalOptions();
        var root = CommandLine.Build(options);
        var parsed = CommandLine.Parse(root, args);
        if (parsed.Action is { } action and not ParseErrorAction)
        {
            // Help and version.
            await PrintAsync(parsed, screen.Writer);
            return ExitCode.Done;
        }

        if (parsed.CommandResult.Command is not ChatCommand command)
        {
            await PrintAsync(CommandLine.Parse(root, ["--help"]), notes.Writer);
            throw CliException.Usage(args.Length == 0 ? "say what to do" : parsed.Errors[^1].Message);
        }

        if (CommandLine.ProblemOf(parsed) is { } problem)
        {
            throw CliException.Usage($"{problem} (chat {command.Name} --help shows how)");
        }

        await using var run = new CommandRun(parsed, options, screen, notes, stop);
        await command.Work(run);
        return ExitCode.Done;
    }

    private static Task<int> PrintAsync(ParseResult help, TextWriter target) =>
        help.InvokeAsync(new() { Output = target, Error = target, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
