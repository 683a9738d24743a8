using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Chat.Abstractions;
using Chat.Storage.MySql.Schema;
using Microsoft.Extensions.Options;

namespace Chat.Silo.Admin;

/// <summary>
/// chat-admin: the operator's commands, in the silo's program since they read its configuration. Data goes to the output, everything else to the
/// error stream.
/// </summary>
internal static class AdminProgram
{
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Whether the program was started for a command, or for help, and not as a silo, which takes settings only.</summary>
    public static bool IsMeant(string[] args) =>
        args.Any(arg => arg is "--help" or "-h" or "-?" or "--version") || args.SkipWhile(IsSetting).FirstOrDefault() is { Length: > 0 } first && first[0] is not ('-' or '/');

    /// <summary>Runs a command; answers the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var screen = new AdminScreen();
        using var stop = new CancellationTokenSource();
        var interrupted = AdminExit.Interrupted;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
        try
        {
            return (int)await RunAsync(args, screen, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (int)interrupted;
        }
        catch (Exception fault)
        {
            var (exit, sentence) = Translate(fault);
            screen.Say(sentence);
            return (int)exit;
        }

        // The first one lets the command end by itself, the second one ends the program.
        void Take(PosixSignalContext context)
        {
            if (!stop.IsCancellationRequested)
            {
                context.Cancel = true;
                interrupted = context.Signal is PosixSignal.SIGTERM ? AdminExit.Terminated : AdminExit.Interrupted;
                stop.Cancel();
            }
        }
    }

    /// <summary>All commands.</summary>
    public static RootCommand Build() =>
        new("The operator's commands. They read the configuration that the servers read: appsettings.json of the present folder, the environment, and "
            + "settings given as --Chat:Section:Name=VALUE. What they find, what to do about it, and the exit codes are in docs/admin.md.")
        {
            new Command("shards", "The map of the shards and what lies on them.") { ShardsCheckCommand.Create() },
            LoadCommand.Create(),
        };

    private static async Task<AdminExit> RunAsync(string[] args, AdminScreen screen, CancellationToken stop)
    {
        var settings = args.Where(IsSetting).ToArray();
        var root = Build();
        var parsed = root.Parse([.. args.Where(arg => !IsSetting(arg))], Parsing);
        if (parsed.Action is { } action and not ParseErrorAction)
        {
            // Help and version.
            await parsed.InvokeAsync(new() { Output = screen.Out, Error = screen.Out, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop);
            return AdminExit.Done;
        }

        if (parsed.CommandResult.Command is not AdminCommand command)
        {
            throw AdminException.Usage(
                $"say what to do: {string.Join(" or ", parsed.CommandResult.Command.Subcommands.Select(sub => $"'{sub.Name}'"))}; chat-admin --help tells more");
        }

        return parsed.Errors.Count > 0
            ? throw AdminException.Usage($"{parsed.Errors[0].Message} (chat-admin {command.FullName} --help shows how)")
            : await command.Work(new AdminRun(parsed, settings, screen, stop));
    }

    // As the configuration takes them: --Chat:MySql:WriteThreads=8. No option of a command has a colon in its name.
    private static bool IsSetting(string arg) =>
        arg.StartsWith("--", StringComparison.Ordinal)
        && arg.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && arg.AsSpan(0, equals).Contains(':');

    private static (AdminExit Exit, string Sentence) Translate(Exception fault) => fault switch
    {
        AdminException known => (known.Exit, known.Message),
        SettingsException => (AdminExit.Usage, fault.Message),
        OptionsValidationException invalid => (AdminExit.Usage, string.Join(" ", invalid.Failures)),
        MySqlSchemaException => (AdminExit.Refused, fault.Message),
        StoreUnavailableException => (AdminExit.Unavailable, fault.Message),
        InvalidOperationException { InnerException: FormatException or ArgumentException } => (AdminExit.Usage, fault.Message),
        _ => (AdminExit.Unexpected, fault.ToString()),
    };
}

/// <summary>A command that does something.</summary>
internal sealed class AdminCommand(string name, string fullName, string description, Func<AdminRun, Task<AdminExit>> work) : Command(name, description)
{
    /// <summary>With the commands that it belongs to.</summary>
    public string FullName => fullName;

    /// <summary>Does it; answers the exit code. Everything else is an exception.</summary>
    public Func<AdminRun, Task<AdminExit>> Work => work;
}
