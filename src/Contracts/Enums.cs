using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>What a log event tells. Readers skip kinds that they do not know.</summary>
[JsonConverter(typeof(WireEnumConverter<EventKind>))]
public enum EventKind
{
    /// <summary>A kind that this build does not know.</summary>
    Unknown = 0,

    /// <summary>A message was sent.</summary>
    Message = 1,

    /// <summary>A message's text was replaced.</summary>
    Edit = 2,

    /// <summary>A message was deleted; its text is gone for good.</summary>
    Delete = 3,

    /// <summary>A reaction was set or taken back.</summary>
    Reaction = 4,

    /// <summary>A message was pinned or unpinned.</summary>
    Pin = 5,

    /// <summary>Someone's membership changed.</summary>
    Member = 6,

    /// <summary>The room's own properties, all of them, as they are now.</summary>
    Room = 7,
}

/// <summary>Who may find and read a room.</summary>
[JsonConverter(typeof(WireEnumConverter<RoomKind>))]
public enum RoomKind
{
    /// <summary>Not one of the known kinds.</summary>
    Unknown = 0,

    /// <summary>Listed for everybody; anybody may join.</summary>
    Public = 1,

    /// <summary>Known to its members only; they are added.</summary>
    Private = 2,

    /// <summary>Between a fixed set of users; one room per set.</summary>
    Direct = 3,
}

/// <summary>A member's rank.</summary>
[JsonConverter(typeof(WireEnumConverter<MemberRole>))]
public enum MemberRole
{
    /// <summary>Not one of the known roles.</summary>
    Unknown = 0,

    /// <summary>Reads and writes.</summary>
    Member = 1,

    /// <summary>Also moderates: removes members, deletes others' messages, edits the room.</summary>
    Admin = 2,

    /// <summary>Also archives the room and gives roles. A room with members always has one.</summary>
    Owner = 3,
}

/// <summary>What happened to a membership.</summary>
[JsonConverter(typeof(WireEnumConverter<MemberChange>))]
public enum MemberChange
{
    /// <summary>A change that this build does not know.</summary>
    Unknown = 0,

    /// <summary>Became a member.</summary>
    Joined = 1,

    /// <summary>Left by themselves.</summary>
    Left = 2,

    /// <summary>Was removed; may come back.</summary>
    Removed = 3,

    /// <summary>Was removed and may not come back until added by a moderator.</summary>
    Banned = 4,

    /// <summary>Has another role now.</summary>
    Role = 5,

    /// <summary>Was muted or unmuted (<c>mutedUntil</c> null).</summary>
    Muted = 6,
}

/// <summary>What a member wants to be told of a room.</summary>
[JsonConverter(typeof(WireEnumConverter<NotifyLevel>))]
public enum NotifyLevel
{
    /// <summary>Not one of the known levels.</summary>
    Unknown = 0,

    /// <summary>Every message.</summary>
    All = 1,

    /// <summary>Mentions only.</summary>
    Mentions = 2,

    /// <summary>Nothing.</summary>
    None = 3,
}

/// <summary>Whether a user is there.</summary>
[JsonConverter(typeof(WireEnumConverter<PresenceState>))]
public enum PresenceState
{
    /// <summary>No connection.</summary>
    Offline = 0,

    /// <summary>Connected, and idle for longer than the server's limit.</summary>
    Away = 1,

    /// <summary>Connected and active.</summary>
    Online = 2,
}

/// <summary>
/// Carries an enum as its camelCase name. An unknown name reads as the zero value, so that a reader built today survives the
/// names of tomorrow (see "Clients ignore fields and kinds that they do not know" in the contract).
/// </summary>
/// <typeparam name="TEnum">The enum; its zero value stands for "not known".</typeparam>
public sealed class WireEnumConverter<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    private static readonly Dictionary<TEnum, JsonEncodedText> Names =
        Enum.GetValues<TEnum>().ToDictionary(v => v, v => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(v.ToString())));

    private static readonly Dictionary<string, TEnum> Values =
        Names.ToDictionary(n => n.Value.ToString(), n => n.Key, StringComparer.Ordinal);

    /// <summary>The wire name of a value.</summary>
    public static string NameOf(TEnum value) => Names[value].ToString();

    /// <summary>The value of a wire name, or the zero value.</summary>
    public static TEnum ValueOf(string? name) => name is not null && Values.TryGetValue(name, out var value) ? value : default;

    /// <inheritdoc />
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String
            ? ValueOf(reader.GetString())
            : throw new JsonException($"{typeof(TEnum).Name} travels as a string.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WriteStringValue(Names[value]);
}
