using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>
/// A page of a room as it is kept. A stored format: it only grows, and what a process cannot read counts as nothing.
/// </summary>
internal sealed record PageDocument
{
    /// <summary>Always page.</summary>
    public required string Kind { get; init; }

    /// <summary>See <see cref="RecentPage.Version"/>.</summary>
    public required long Version { get; init; }

    /// <summary>See <see cref="RecentPage.IsWhole"/>.</summary>
    public required bool Whole { get; init; }

    /// <summary>Newest first, as in the contract.</summary>
    public required IReadOnlyList<Message> Messages { get; init; }

    public static byte[] Write(RecentPage page) => JsonSerializer.SerializeToUtf8Bytes(
        new PageDocument { Kind = "page", Version = page.Version, Whole = page.IsWhole, Messages = page.Messages }, RedisJson.Options);

    /// <exception cref="JsonException">It is none.</exception>
    public static RecentPage? Read(byte[] document) =>
        JsonSerializer.Deserialize<PageDocument>(document, RedisJson.Options) is { Kind: "page" } page
            ? new RecentPage(page.Version, page.Whole, page.Messages)
            : null;
}

/// <summary>
/// The newest messages of rooms, in Redis, each page for a while; the server's own bound on its memory bounds them all
/// (docs/configuration.md). While a server is away nothing is known of its rooms.
/// </summary>
internal sealed partial class RedisRecentMessages(RedisServers servers, ILogger<RedisRecentMessages> logger) : IRecentMessages
{
    private const int MostBytes = 256 * 1024;

    /// <inheritdoc />
    public async ValueTask<RecentPage?> FindAsync(RoomId room)
    {
        var reply = await servers.Of(room).TryAsync(database => database.StringGetAsync(KeyOf(room)));
        if (!reply.Came || (byte[]?)reply.Value is not { } document)
        {
            return null;
        }

        try
        {
            return PageDocument.Read(document);
        }
        catch (JsonException e)
        {
            Log.Malformed(logger, e.Message);
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask KeepAsync(RoomId room, RecentPage page)
    {
        var link = servers.Of(room);
        if (link.IsUp && PageDocument.Write(page) is { Length: <= MostBytes } document)
        {
            await link.TryAsync(database => database.StringSetAsync(KeyOf(room), document, IRecentMessages.Life));
        }
    }

    private RedisKey KeyOf(RoomId room) => $"{servers.Prefix}:recent:{room}";

    private static partial class Log
    {
        [LoggerMessage(31, LogLevel.Warning, "A document that is no page of messages came from Redis and was passed over: {Reason}")]
        public static partial void Malformed(ILogger logger, string reason);
    }
}
