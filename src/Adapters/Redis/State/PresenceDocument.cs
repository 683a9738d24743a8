using System.Text.Json;
using Chat.Contracts;

namespace Chat.Redis;

/// <summary>
/// A user's presence as the server tells of it: in which processes they are, and how. Of the same family as <see cref="NewsDocument"/>, with the
/// same promises.
/// </summary>
internal sealed record PresenceDocument
{
    /// <summary>Always presence.</summary>
    public required string Kind { get; init; }

    /// <summary>The user.</summary>
    public required UserId UserId { get; init; }

    /// <summary>Rises with every change of the user.</summary>
    public required long Version { get; init; }

    /// <summary>By process: online or away.</summary>
    public required IReadOnlyDictionary<string, PresenceState> Processes { get; init; }

    /// <summary>When the user was last seen going, in milliseconds since 1970.</summary>
    public long? Seen { get; init; }

    /// <summary>Reads a document; null for kinds that are not known here.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static PresenceDocument? Read(byte[] document)
    {
        var found = JsonSerializer.Deserialize<PresenceDocument>(document, RedisJson.Options) ?? throw new JsonException("The document is null.");
        return found.Kind == "presence" ? found : null;
    }

    /// <summary>How the user is in processes other than this one.</summary>
    public PresenceInfo Beside(string process)
    {
        var state = PresenceState.Offline;
        foreach (var (name, there) in Processes)
        {
            state = name != process && there > state ? there : state;
        }

        return new PresenceInfo(UserId, state, Seen is { } seen ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null);
    }
}
