using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>A 64-bit, time-ordered identifier that travels as a decimal string (JSON numbers lose precision above 2^53).</summary>
/// <typeparam name="TSelf">The id type itself.</typeparam>
public interface IId<TSelf>
    where TSelf : struct, IId<TSelf>
{
    /// <summary>The number. Positive for every id that was ever handed out; 0 means none.</summary>
    long Value { get; }

    /// <summary>Wraps a number that is known to be an id of this type.</summary>
    static abstract TSelf From(long value);
}

/// <summary>Identifies a user.</summary>
[JsonConverter(typeof(IdJsonConverter<UserId>))]
public readonly record struct UserId(long Value) : IId<UserId>, IComparable<UserId>
{
    /// <inheritdoc />
    public static UserId From(long value) => new(value);

    /// <inheritdoc />
    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => IdText.Format(Value);
}

/// <summary>Identifies a room.</summary>
[JsonConverter(typeof(IdJsonConverter<RoomId>))]
public readonly record struct RoomId(long Value) : IId<RoomId>, IComparable<RoomId>
{
    /// <inheritdoc />
    public static RoomId From(long value) => new(value);

    /// <inheritdoc />
    public int CompareTo(RoomId other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => IdText.Format(Value);
}

/// <summary>Identifies a message in all rooms; inside its room a message is addressed by its seq.</summary>
[JsonConverter(typeof(IdJsonConverter<MessageId>))]
public readonly record struct MessageId(long Value) : IId<MessageId>, IComparable<MessageId>
{
    /// <inheritdoc />
    public static MessageId From(long value) => new(value);

    /// <inheritdoc />
    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => IdText.Format(Value);
}

/// <summary>Identifies a session: one sign-in of a user on one device.</summary>
[JsonConverter(typeof(IdJsonConverter<SessionId>))]
public readonly record struct SessionId(long Value) : IId<SessionId>, IComparable<SessionId>
{
    /// <inheritdoc />
    public static SessionId From(long value) => new(value);

    /// <inheritdoc />
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => IdText.Format(Value);
}

/// <summary>Text form of ids: decimal digits without sign, blank or leading zero, so that one id has one spelling.</summary>
public static class IdText
{
    /// <summary>Longest text form, the digits of <see cref="long.MaxValue"/>.</summary>
    public const int MaxLength = 19;

    /// <summary>Reads an id; false for anything but the one spelling of a positive 64-bit number.</summary>
    public static bool TryParse<TId>(ReadOnlySpan<char> text, out TId id)
        where TId : struct, IId<TId>
    {
        id = default;
        if (text.Length is 0 or > MaxLength || text[0] is '0'
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        id = TId.From(value);
        return true;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is not an id.</exception>
    public static TId Parse<TId>(ReadOnlySpan<char> text)
        where TId : struct, IId<TId> =>
        TryParse<TId>(text, out var id) ? id : throw new FormatException("An id is a decimal string of 1 to 19 digits.");

    /// <summary>Writes an id.</summary>
    public static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Carries an id as a JSON string, also as a property name.</summary>
/// <typeparam name="TId">The id type.</typeparam>
public sealed class IdJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, IId<TId>
{
    /// <inheritdoc />
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String ? ReadText(ref reader) : throw new JsonException("An id travels as a string.");

    /// <inheritdoc />
    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadText(ref reader);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[20];
        value.Value.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(IdText.Format(value.Value));

    private static TId ReadText(ref Utf8JsonReader reader)
    {
        Span<char> text = stackalloc char[IdText.MaxLength];
        var raw = reader.HasValueSequence ? -1 : reader.ValueSpan.Length;
        if (raw is < 0 or > IdText.MaxLength || reader.ValueIsEscaped)
        {
            return IdText.TryParse<TId>(reader.GetString(), out var slow) ? slow : throw NotAnId();
        }

        var length = reader.CopyString(text);
        return IdText.TryParse<TId>(text[..length], out var id) ? id : throw NotAnId();
    }

    private static JsonException NotAnId() => new("An id is a decimal string of 1 to 19 digits.");
}
