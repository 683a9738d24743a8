using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>The one JSON form of the contract: camelCase, absent values left out, ids as strings, text unescaped where JSON allows.</summary>
public static class ChatJson
{
    /// <summary>Serializer options for everything in this assembly. Read only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Gives foreign options (SignalR's, the HTTP server's) the same form.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Korean, Japanese and Chinese as themselves: half the bytes of \u escapes. Never embedded in HTML by us.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantJsonConverter());
        options.TypeInfoResolverChain.Insert(0, ChatJsonContext.Default);
    }
}

/// <summary>Compile-time serialization of the contract: no reflection at start or on the hot path.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(ProfilePatch))]
[JsonSerializable(typeof(CreateRoomRequest))]
[JsonSerializable(typeof(RoomPatch))]
[JsonSerializable(typeof(AddMembersRequest))]
[JsonSerializable(typeof(MemberPatch))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(EditRequest))]
[JsonSerializable(typeof(ReadRequest))]
[JsonSerializable(typeof(AuthResponse))]
[JsonSerializable(typeof(Page<SessionInfo>))]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(Page<Profile>))]
[JsonSerializable(typeof(RoomInfo))]
[JsonSerializable(typeof(Page<RoomInfo>))]
[JsonSerializable(typeof(Page<RoomListItem>))]
[JsonSerializable(typeof(MemberInfo))]
[JsonSerializable(typeof(Page<MemberInfo>))]
[JsonSerializable(typeof(Page<Message>))]
[JsonSerializable(typeof(MessagesPage))]
[JsonSerializable(typeof(SendAck))]
[JsonSerializable(typeof(ReadState))]
[JsonSerializable(typeof(EventsPage))]
[JsonSerializable(typeof(RoomEvent))]
[JsonSerializable(typeof(RoomEvent[]))]
[JsonSerializable(typeof(IReadOnlyList<RoomEvent>))]
[JsonSerializable(typeof(Dictionary<RoomId, long>))]
[JsonSerializable(typeof(IReadOnlyList<SyncResult>))]
[JsonSerializable(typeof(List<SyncResult>))]
[JsonSerializable(typeof(IReadOnlyList<PresenceInfo>))]
[JsonSerializable(typeof(List<PresenceInfo>))]
[JsonSerializable(typeof(IReadOnlyList<UserId>))]
[JsonSerializable(typeof(List<UserId>))]
[JsonSerializable(typeof(UserId[]))]
[JsonSerializable(typeof(RoomsChange))]
[JsonSerializable(typeof(UserId))]
[JsonSerializable(typeof(RoomId))]
[JsonSerializable(typeof(SessionId))]
[JsonSerializable(typeof(PresenceState))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ProblemAnswer))]
public sealed partial class ChatJsonContext : JsonSerializerContext;
