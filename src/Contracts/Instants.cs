using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>Times on the wire: RFC 3339, UTC, exactly three digits of milliseconds.</summary>
public sealed class InstantJsonConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var value)
            ? value.ToUniversalTime()
            : throw new JsonException("A time is an RFC 3339 string.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>Conversions between times and the whole milliseconds that are stored and sent.</summary>
public static class Instants
{
    /// <summary>The same time without what lies below a millisecond, so that what is sent equals what is stored.</summary>
    public static DateTimeOffset ToWholeMilliseconds(this DateTimeOffset value) =>
        DateTimeOffset.FromUnixTimeMilliseconds(value.ToUnixTimeMilliseconds());
}
