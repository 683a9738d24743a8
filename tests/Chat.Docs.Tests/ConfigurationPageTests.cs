using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Abstractions;
using Chat.Gateway.Http;
using Chat.Gateway.Limits;
using Chat.Redis;
using Chat.Silo;
using Chat.Storage.MySql;
using Chat.Storage.Sqlite;
using Chat.Workers;

namespace Chat.Docs.Tests;

/// <summary>docs/configuration.md names every setting, and its default as it is in the code.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly Dictionary<string, string> Rows = Row().Matches(Repository.Read("docs/configuration.md"))
        .ToDictionary(row => row.Groups["key"].Value, row => row.Groups["value"].Value, StringComparer.Ordinal);

    [Fact]
    public void Every_setting_and_its_default_is_on_the_page()
    {
        var settings = Settings().ToList();
        settings.Count.ShouldBeGreaterThan(60);
        var wrong =
            from setting in settings
            where !Rows.TryGetValue(setting.Key, out var shown) || (setting.Value is { } value && shown != $"`{value}`")
            select $"{setting.Key} is {setting.Value ?? "not a number or time"}, the page says {Rows.GetValueOrDefault(setting.Key, "nothing")}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Every_setting_on_the_page_exists()
    {
        var known = Settings().Select(setting => setting.Key).ToHashSet(StringComparer.Ordinal);
        Rows.Keys.Where(key => key.StartsWith("Chat:", StringComparison.Ordinal) && !known.Contains(key)).ShouldBeEmpty();
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings() =>
        OptionsClasses().SelectMany(options => Of((string)options.GetField("Section")!.GetRawConstantValue()!, Activator.CreateInstance(options)!))
            .Concat(SingleSettings().Select(key => KeyValuePair.Create<string, string?>(key, null)));

    private static IEnumerable<Type> OptionsClasses() =>
        new[]
        {
            typeof(ChatLimits), typeof(GatewayOptions), typeof(SqliteStorageOptions), typeof(MySqlStorageOptions), typeof(RedisOptions), typeof(IdOptions),
            typeof(DataDirectory),
        }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.GetField("Section") is { IsLiteral: true });

    private static IEnumerable<string> SingleSettings() =>
        Added().Matches(File.ReadAllText(Path.Combine(Repository.Root, "src/Silo/SiloHosting.cs"))).Select(added => added.Groups["key"].Value)
            .Append(DataDirectory.Key);

    /// <summary>The settings of an options class with their defaults; null for those whose default is not shown as one value.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Of(string section, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{section}:{property.Name}";
            switch (property.GetValue(options))
            {
                case RateLimit limit:
                    foreach (var inner in Of(key, limit))
                    {
                        yield return inner;
                    }

                    break;
                case TimeSpan time:
                    yield return new(key, time.ToString("c", CultureInfo.InvariantCulture));
                    break;
                case IFormattable number and (int or double):
                    yield return new(key, number.ToString(format: null, CultureInfo.InvariantCulture));
                    break;
                default:
                    yield return new(key, null);
                    break;
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<key>[A-Za-z:]+)` \| (?<value>[^|]*?) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\(""(?<key>Chat:[A-Za-z:]+)""[,)]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Added();
}
