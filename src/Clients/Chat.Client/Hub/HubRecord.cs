using System.Text.Json;

namespace Chat.Client;

/// <summary>
/// One message of SignalR's JSON hub protocol, taken apart without copying
/// (github.com/dotnet/aspnetcore, src/SignalR/docs/specs/HubProtocol.md). Absent parts are empty.
/// </summary>
internal readonly ref struct HubRecord
{
    /// <summary>Ends every message.</summary>
    public const byte Separator = 0x1E;

    /// <summary>The message types that a client without streams meets.</summary>
    public const int Invocation = 1, Completion = 3, Ping = 6, Close = 7;

    /// <summary>What kind of message it is; 0 for the answer to the handshake.</summary>
    public int Type { get; private init; }

    /// <summary>The method's name.</summary>
    public ReadOnlySpan<byte> Target { get; private init; }

    /// <summary>The number given to the call; 0 when there is none.</summary>
    public long InvocationId { get; private init; }

    /// <summary>The JSON array of arguments.</summary>
    public ReadOnlySpan<byte> Arguments { get; private init; }

    /// <summary>The JSON of the result.</summary>
    public ReadOnlySpan<byte> Result { get; private init; }

    /// <summary>The error; null when there is none.</summary>
    public string? Error { get; private init; }

    /// <exception cref="JsonException">It is not a JSON object of the protocol's form.</exception>
    public static HubRecord Parse(ReadOnlySpan<byte> json)
    {
        var type = 0;
        var invocation = 0L;
        string? error = null;
        ReadOnlySpan<byte> target = default, arguments = default, result = default;

        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("A hub message is an object.");
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("target"u8))
            {
                reader.Read();
                target = reader.ValueSpan;
            }
            else if (reader.ValueTextEquals("invocationId"u8))
            {
                reader.Read();
                _ = System.Buffers.Text.Utf8Parser.TryParse(reader.ValueSpan, out invocation, out int _);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                error = reader.GetString();
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                arguments = Value(ref reader, json);
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                result = Value(ref reader, json);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new()
        {
            Type = type, Target = target, InvocationId = invocation, Arguments = arguments, Result = result, Error = error,
        };
    }

    private static ReadOnlySpan<byte> Value(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
