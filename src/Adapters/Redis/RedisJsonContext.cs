using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Redis;

/// <summary>Compile-time serialization of what this adapter writes of its own.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewsDocument))]
[JsonSerializable(typeof(PresenceDocument))]
internal sealed partial class RedisJsonContext : JsonSerializerContext;
