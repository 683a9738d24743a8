using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Contracts;

namespace Chat.Redis;

/// <summary>The contract's JSON form, for what this adapter writes of its own.</summary>
internal static class RedisJson
{
    /// <summary>Read only.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions();
        ChatJson.Configure(options);
        options.TypeInfoResolverChain.Insert(0, RedisJsonContext.Default);
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>Compile-time serialization of these documents.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewsDocument))]
[JsonSerializable(typeof(PageDocument))]
[JsonSerializable(typeof(PresenceDocument))]
internal sealed partial class RedisJsonContext : JsonSerializerContext;
