using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Chat.Silo.Admin;
using Chat.Storage.MySql.Admin;

namespace Chat.Admin.Tests;

/// <summary>docs/admin.md says of the program what the program does.</summary>
public sealed partial class AdminPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "admin.md"));

    [Fact]
    public void The_table_of_commands_is_that_of_the_program() =>
        CommandRow().Matches(Page).Select(row => $"{row.Groups["usage"].Value}: {string.Join(' ', Option().Matches(row.Groups["options"].Value).Select(o => o.Value.Trim('`')))}")
            .ShouldBe(Commands(AdminProgram.Build()).Select(command => $"chat-admin {command.FullName}: {string.Join(' ', command.Options.Select(option => option.Name))}"));

    [Fact]
    public void The_table_of_exit_codes_is_that_of_the_program() =>
        ExitRow().Matches(Page).Select(row => int.Parse(row.Groups["code"].Value, CultureInfo.InvariantCulture)).ShouldBe(Enum.GetValues<AdminExit>().Select(code => (int)code));

    [Fact]
    public void The_table_of_findings_is_that_of_the_program() =>
        FindingRow().Matches(Page).Select(row => row.Groups["kind"].Value)
            .ShouldBe(typeof(FindingKinds).GetFields().Select(field => (string)field.GetRawConstantValue()!));

    private static IEnumerable<AdminCommand> Commands(Command command) =>
        command.Subcommands.SelectMany(sub => sub is AdminCommand admin ? [admin] : Commands(sub));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Chat.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `(?<usage>chat-admin [^`]+)` \| .* \| (?<options>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"`--[a-z-]+`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Option();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ExitRow();

    [GeneratedRegex(@"^\| `(?<kind>[a-z]+-[a-z-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FindingRow();
}
