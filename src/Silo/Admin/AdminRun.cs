using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Chat.Abstractions;
using Chat.Storage.MySql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Chat.Silo.Admin;

/// <summary>One run of a command: what was asked, with which configuration, and where answers go.</summary>
internal sealed class AdminRun(ParseResult parsed, string[] settings, AdminScreen screen, CancellationToken stop)
{
    /// <summary>Where the data goes, and everything else.</summary>
    public AdminScreen Screen => screen;

    /// <summary>Cancelled by Ctrl-C and SIGTERM.</summary>
    public CancellationToken Stop => stop;

    /// <summary>The time.</summary>
    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>As a server that is started in this folder, in this environment, with these settings reads it.</summary>
    public IConfiguration Configuration { get; } = Host.CreateApplicationBuilder(settings).Configuration;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The options of the store.</summary>
    /// <exception cref="AdminException">The configured store is another one.</exception>
    public MySqlStorageOptions Storage()
    {
        var storage = SiloHosting.StorageOf(Configuration);
        return storage is "MySql"
            ? Bind<MySqlStorageOptions>(MySqlStorageOptions.Section)
            : throw AdminException.Usage($"Chat:Storage is {storage}; this command is for a store on MySql servers (Chat:Storage=MySql)");
    }

    /// <summary>How long clientIds are remembered.</summary>
    public TimeSpan ClientIdRetention() => Bind<ChatLimits>(ChatLimits.Section).ClientIdRetention;

    /// <summary>An option that takes a whole number.</summary>
    public static Option<long?> Number(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most),
    };

    private static long? Parse(ArgumentResult result, string name, long least, long most)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(most == long.MaxValue
            ? $"{name} takes a whole number from {least} on."
            : string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}."));
        return null;
    }

    private T Bind<T>(string section)
        where T : new()
    {
        try
        {
            return Configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException wrong)
        {
            throw AdminException.Usage(wrong.Message);
        }
    }
}
