using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Chat.Cli.Tests;

/// <summary>docs/command-line.md says of the program what the program does.</summary>
public sealed partial class CommandLinePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "command-line.md"));
    private static readonly GlobalOptions Options = new();
    private static readonly RootCommand Program = CommandLine.Build(Options);

    [Fact]
    public void The_table_of_commands_is_that_of_the_program()
    {
        var written = CommandRow().Matches(Page)
            .Select(row => $"{row.Groups["usage"].Value}: {string.Join(' ', Option().Matches(row.Groups["options"].Value).Select(o => o.Groups["name"].Value))}");
        var built = Program.Subcommands.Select(command => $"{Usage(command)}: {string.Join(' ', command.Options.SelectMany(NamesOf))}");
        written.ShouldBe(built, ignoreOrder: true);
    }

    [Fact]
    public void The_options_of_all_commands_are_on_the_page() =>
        OptionRow().Matches(Page).Select(row => row.Groups["name"].Value).ShouldBe(Options.All.Select(option => option.Name));

    [Fact]
    public void The_table_of_exit_codes_is_that_of_the_program() =>
        ExitRow().Matches(Page).Select(row => int.Parse(row.Groups["code"].Value, CultureInfo.InvariantCulture))
            .ShouldBe(Enum.GetValues<ExitCode>().Select(code => (int)code));

    [Fact]
    public void The_programs_own_codes_are_on_the_page() =>
        OwnCode().Matches(Page).Select(code => code.Groups["code"].Value).Distinct(StringComparer.Ordinal)
            .ShouldBe(typeof(CliCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!), ignoreOrder: true);

    [Fact]
    public void Every_command_has_examples_that_can_be_read()
    {
        foreach (var command in Program.Subcommands.Cast<Commands.ChatCommand>())
        {
            command.Examples.ShouldNotBeEmpty(command.Name);
            foreach (var example in command.Examples)
            {
                ReadsWell(example);
            }
        }
    }

    [Fact]
    public void Every_command_line_on_the_page_can_be_read()
    {
        var lines = Fence().Matches(Page).SelectMany(fence => fence.Groups["body"].Value.Split('\n')).Where(line => Call().IsMatch(line)).ToList();
        lines.Count.ShouldBeGreaterThan(5);
        lines.ForEach(ReadsWell);
    }

    /// <summary>What follows <c>chat</c> up to what the shell makes of it; quotes and variables are the shell's.</summary>
    private static void ReadsWell(string line)
    {
        foreach (Match call in Call().Matches(line))
        {
            var words = Word().Matches(Variable().Replace(call.Groups["arguments"].Value, "1"))
                .Select(word => word.Value.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)).ToList();
            var parsed = CommandLine.Parse(Program, words);
            CommandLine.ProblemOf(parsed).ShouldBeNull(line);
        }
    }

    private static string Usage(Command command) => string.Join(' ', command.Arguments.Select(argument => argument.Arity switch
    {
        { MinimumNumberOfValues: 0 } => $"[{argument.Name}]",
        { MaximumNumberOfValues: > 1 } => $"{argument.Name}…",
        _ => argument.Name,
    }).Prepend($"chat {command.Name}"));

    private static IEnumerable<string> NamesOf(Option option) => option.Aliases.Prepend(option.Name);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Chat.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `(?<usage>chat [^`]+)` \| .* \| (?<options>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"^\| `(?<name>--[a-z]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"`(?<name>--?[a-z-]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Option();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ExitRow();

    [GeneratedRegex(@"`(?<code>cli\.[a-z_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex OwnCode();

    [GeneratedRegex(@"^```sh\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<![\w/.-])chat (?<arguments>(""[^""]*""|'[^']*'|[^|<>;)])*)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Call();

    [GeneratedRegex(@"\$(\([^)]*\)|[a-z]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"(""[^""]*""|'[^']*'|[^\s""'])+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Word();
}
