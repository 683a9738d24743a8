using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Silo;

/// <summary>The configuration is wrong in a way that its author can mend; the message says how.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>Binds the sections under <c>Chat:</c> to their options, and finds keys there that nothing reads.</summary>
public static class Settings
{
    /// <summary>Root of all settings of ours.</summary>
    public const string Root = "Chat";

    /// <summary>Binds a section to its options, which are validated at start.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">Full name of the section.</param>
    /// <param name="problems">What is wrong with bound options.</param>
    public static IServiceCollection AddSettings<TOptions>(
        this IServiceCollection services, IConfiguration configuration, string section, Func<TOptions, IEnumerable<string>> problems)
        where TOptions : class
    {
        services.AddSingleton(new KnownSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new Validator<TOptions>(problems));
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        return services;
    }

    /// <summary>Declares a section that an adapter binds and checks by itself.</summary>
    /// <typeparam name="TOptions">Its options class.</typeparam>
    /// <param name="services">Where to register.</param>
    /// <param name="section">Its full name.</param>
    public static IServiceCollection AddSection<TOptions>(this IServiceCollection services, string section) =>
        services.AddSingleton(new KnownSection(section, typeof(TOptions)));

    /// <summary>Declares a setting that is read by itself, without an options class.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="key">Its full name.</param>
    public static IServiceCollection AddSetting(this IServiceCollection services, string key) =>
        services.AddSingleton(new KnownSection(key, typeof(string)));

    /// <summary>Refuses keys under <c>Chat:</c> that no registered section has: a misspelled limit must not silently be the default.</summary>
    /// <exception cref="SettingsException">There is such a key; the message names it and the nearest one that exists.</exception>
    public static void RefuseUnknownKeys(IServiceCollection services, IConfiguration configuration)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new List<string>();
        foreach (var section in services.Select(service => service.ImplementationInstance).OfType<KnownSection>())
        {
            Declare(section.Name, section.Type, known, open);
        }

        foreach (var (key, value) in configuration.GetSection(Root).AsEnumerable())
        {
            if (value is null || known.Contains(key) || open.Exists(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            var nearest = known.Concat(open.Select(prefix => prefix.TrimEnd(':'))).MinBy(candidate => Distance(candidate, key));
            throw new SettingsException($"The setting '{key}' does not exist. Did you mean '{nearest}'?");
        }
    }

    private static void Declare(string name, Type type, HashSet<string> known, List<string> open)
    {
        if (type.IsValueType || type == typeof(string))
        {
            known.Add(name);
        }
        else if (IsList(type))
        {
            known.Add(name);
            open.Add(name + ":");
        }
        else
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                // Lists are filled, whether or not they can be replaced.
                if (property.SetMethod is { IsPublic: true } || IsList(property.PropertyType))
                {
                    Declare($"{name}:{property.Name}", property.PropertyType, known, open);
                }
            }
        }
    }

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable));

    /// <summary>Levenshtein distance, letter case ignored.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[b.Length];
    }

    private sealed record KnownSection(string Name, Type Type);

    private sealed class Validator<TOptions>(Func<TOptions, IEnumerable<string>> problems) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var found = problems(options).ToList();
            return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
        }
    }
}
