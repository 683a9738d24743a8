using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>Section <c>Chat:Redis</c>: the Redis servers, for those of the settings that say <c>Redis</c>.</summary>
public sealed class RedisOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Redis";

    /// <summary>
    /// Independent servers, each as the driver's configuration text (<c>host:port,password=…</c>). What is kept or sent is spread over them by a
    /// hash, so all processes must have the same list in the same order: otherwise they do not hear one another.
    /// </summary>
    public IList<string> Servers { get; init; } = [];

    /// <summary>Begins the name of every key and channel. Installations that share a server need different ones.</summary>
    public string Prefix { get; set; } = "chat";

    /// <summary>
    /// The longest that a call waits for Redis before it goes on without. Too short: a busy moment counts as an outage. Too long: the first
    /// calls of an outage are slow.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a process says that it lives. Each time costs every server one call.</summary>
    public TimeSpan ProcessBeat { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A process that has not said so for this long counts as dead, and its users as offline. Too short: a process that pauses loses its users
    /// for a moment. Too long: users of a killed process stay online.
    /// </summary>
    public TimeSpan ProcessExpiry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Servers.Count is 0 or > 256)
        {
            yield return $"{Section}:{nameof(Servers)} has {Servers.Count} servers; it must have 1 to 256, as host:port.";
        }

        for (var i = 0; i < Servers.Count; i++)
        {
            if (!IsOneServer(Servers[i]))
            {
                // The text may hold a password.
                yield return $"{Section}:{nameof(Servers)}:{i} must name one server, as host:port.";
            }
        }

        if (Prefix.Length is 0 or > 64 || Prefix.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            yield return $"{Section}:{nameof(Prefix)} must have 1 to 64 letters, digits, dots, dashes and underscores.";
        }

        if (CommandTimeout < TimeSpan.FromMilliseconds(10) || CommandTimeout > TimeSpan.FromSeconds(5))
        {
            yield return $"{Section}:{nameof(CommandTimeout)} is {CommandTimeout}; it must be from 00:00:00.0100000 to 00:00:05.";
        }

        if (ProcessBeat < TimeSpan.FromMilliseconds(50) || ProcessBeat > TimeSpan.FromMinutes(1))
        {
            yield return $"{Section}:{nameof(ProcessBeat)} is {ProcessBeat}; it must be from 00:00:00.0500000 to 00:01:00.";
        }

        if (ProcessExpiry < ProcessBeat * 2 || ProcessExpiry > TimeSpan.FromMinutes(10))
        {
            yield return $"{Section}:{nameof(ProcessExpiry)} is {ProcessExpiry}; it must be at least twice {nameof(ProcessBeat)} and at most 00:10:00.";
        }
    }

    private static bool IsOneServer(string server)
    {
        try
        {
            return ConfigurationOptions.Parse(server).EndPoints.Count == 1;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
