using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Contracts;

namespace Chat.Docs.Tests;

/// <summary>docs/contract.md says of the wire what the code does.</summary>
public sealed partial class ContractPageTests
{
    private static readonly string Page = Repository.Read("docs/contract.md");

    [Fact]
    public void The_table_of_error_codes_is_that_of_the_code()
    {
        var written = ErrorRow().Matches(Page).Select(row => row.Value.TrimEnd());
        var built = ErrorCode.All.Select(code => string.Create(
            CultureInfo.InvariantCulture, $"| `{code.Code}` | {code.Status} | {(code.Retryable ? "yes" : "no")} | {code.Title} |"));
        written.ShouldBe(built);
    }

    [Fact]
    public void Every_code_named_in_a_page_exists()
    {
        var known = ErrorCode.All.Select(code => code.Code).ToHashSet(StringComparer.Ordinal);
        var areas = known.Select(code => code[..code.IndexOf('.', StringComparison.Ordinal)]).ToHashSet(StringComparer.Ordinal);
        var unknown =
            from page in Repository.Pages
            from Match code in CodeName().Matches(Repository.WithoutFences(File.ReadAllText(page)))
            let name = code.Groups["code"].Value
            where areas.Contains(name[..name.IndexOf('.', StringComparison.Ordinal)]) && !known.Contains(name)
                && name != "session.ended" && !name.EndsWith(".ts", StringComparison.Ordinal)
            select $"{Repository.NameOf(page)}: {name}";
        unknown.ShouldBeEmpty();
    }

    [Fact]
    public void Every_method_of_the_hub_is_on_the_page()
    {
        var hub = typeof(Gateway.Program).Assembly.GetType("Chat.Gateway.Hub.ChatHub", throwOnError: true)!;
        var methods = hub.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsVirtual).Select(method => method.Name).ToList();
        methods.ShouldNotBeEmpty();
        methods.Where(name => !Page.Contains($"`{name}(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_field_and_every_name_of_the_wire_is_on_the_page()
    {
        var words = Word().Matches(Page).Select(word => word.Value).ToHashSet(StringComparer.Ordinal);
        var types = typeof(RoomEvent).Assembly.GetExportedTypes();
        var fields =
            from type in types
            where type is { IsClass: true, IsGenericTypeDefinition: false } && type.GetMethod("<Clone>$") is not null && type != typeof(Refusal)
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.GetCustomAttribute<System.Text.Json.Serialization.JsonIgnoreAttribute>() is not { Condition: System.Text.Json.Serialization.JsonIgnoreCondition.Always }
            select $"{type.Name}.{property.Name}";
        var names =
            from type in types
            where type.IsEnum
            from name in Enum.GetNames(type)
            where name != "Unknown"
            select $"{type.Name}.{name}";
        var all = fields.Concat(names).ToList();
        all.Count.ShouldBeGreaterThan(80);
        all.Where(name => !words.Contains(JsonNamingPolicy.CamelCase.ConvertName(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..])))
            .ShouldBeEmpty();
    }

    [GeneratedRegex(@"^\| `[a-z_]+\.[a-z_]+` \| \d{3} \|.*$", RegexOptions.Multiline, 5000)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"`(?<code>[a-z_]+\.[a-z_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CodeName();

    [GeneratedRegex(@"[A-Za-z]+", RegexOptions.None, 5000)]
    private static partial Regex Word();
}
