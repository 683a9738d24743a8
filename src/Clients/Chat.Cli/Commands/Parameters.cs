using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Chat.Cli.Commands;

/// <summary>Arguments and options that several commands have, and numbers that say in words what they take.</summary>
internal static class Parameters
{
    /// <summary>One of one's rooms.</summary>
    public static Argument<string> Room() => new("ROOM") { Description = "The room's id or name, or @user for the direct room with that user." };

    /// <summary>A number from <paramref name="least"/> on.</summary>
    public static Option<long?> Number(string name, string description, string helpName, long least, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Parse(result, name, least),
    };

    private static long? Parse(ArgumentResult result, string name, long least)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least)
        {
            return number;
        }

        result.AddError($"{name} takes a whole number from {least} on.");
        return null;
    }
}
