using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Contracts;

namespace Chat.Storage.MySql.Rooms;

/// <summary>Lists inside a row. Stored form: the contract's own JSON; it only grows.</summary>
internal static class StoredJson
{
    public static string? Write(IReadOnlyList<UserId>? users) =>
        users is { Count: > 0 } ? JsonSerializer.Serialize(users, StoredJsonContext.Default.IReadOnlyListUserId) : null;

    public static string? Write(IReadOnlyList<Attachment> attachments) =>
        attachments.Count > 0 ? JsonSerializer.Serialize(attachments, StoredJsonContext.Default.IReadOnlyListAttachment) : null;

    public static IReadOnlyList<UserId> Users(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, StoredJsonContext.Default.IReadOnlyListUserId) ?? [];

    public static IReadOnlyList<Attachment> Attachments(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, StoredJsonContext.Default.IReadOnlyListAttachment) ?? [];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<UserId>))]
[JsonSerializable(typeof(IReadOnlyList<Attachment>))]
internal sealed partial class StoredJsonContext : JsonSerializerContext;
