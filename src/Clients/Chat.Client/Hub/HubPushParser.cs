using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>Reads the arguments of the server's pushes. More arguments than the contract names are ignored.</summary>
internal static class HubPushParser
{
    /// <summary>The push; null for a method that this build does not know.</summary>
    /// <exception cref="JsonException">The arguments are not those of the contract.</exception>
    public static HubPush? Parse(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments)
    {
        var reader = new Utf8JsonReader(arguments);
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            throw new JsonException("Arguments are an array.");
        }

        if (target.SequenceEqual("events"u8))
        {
            return new EventsPush(Next<RoomId>(ref reader), Next<RoomEvent[]>(ref reader));
        }

        if (target.SequenceEqual("read"u8))
        {
            return new ReadPush(Next<RoomId>(ref reader), Next<UserId>(ref reader), Next<long>(ref reader));
        }

        if (target.SequenceEqual("typing"u8))
        {
            return new TypingPush(Next<RoomId>(ref reader), Next<UserId>(ref reader));
        }

        if (target.SequenceEqual("presence"u8))
        {
            return new PresencePush(Next<UserId>(ref reader), Next<PresenceState>(ref reader), Optional<DateTimeOffset?>(ref reader));
        }

        if (target.SequenceEqual("rooms"u8))
        {
            return new RoomsPush(Next<RoomsChange>(ref reader));
        }

        if (target.SequenceEqual("lagging"u8))
        {
            return new LaggingPush(Next<RoomId>(ref reader), Next<long>(ref reader));
        }

        if (target.SequenceEqual("bye"u8))
        {
            return new ByePush(Optional<string>(ref reader) ?? "");
        }

        if (target.SequenceEqual("notify"u8))
        {
            reader.Read();
            return new NotifyPush(JsonElement.ParseValue(ref reader));
        }

        return null;
    }

    private static T Next<T>(ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonSerializer.Deserialize(ref reader, Json<T>.Info)
            ?? throw new JsonException($"An argument of type {typeof(T).Name} is missing.");
    }

    private static T? Optional<T>(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.EndArray ? default : JsonSerializer.Deserialize(ref reader, Json<T>.Info);
    }
}
