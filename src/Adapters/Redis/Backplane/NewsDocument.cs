using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Redis;

/// <summary>
/// News as it travels between processes: one JSON document whose <c>kind</c> says which of the other members it has. <c>from</c> comes first.
/// A wire format (docs/adr/0010, golden files in the tests): it only grows, since processes of two versions run side by side.
/// </summary>
internal sealed record NewsDocument
{
    /// <summary>The process that sent it.</summary>
    [JsonPropertyOrder(-2)]
    public required string From { get; init; }

    /// <summary>What it is: events, log, typing, read, rooms, ownRead, sessionRevoked. Others are ignored.</summary>
    [JsonPropertyOrder(-1)]
    public required string Kind { get; init; }

    /// <summary>kind events: as in the contract.</summary>
    public IReadOnlyList<RoomEvent>? Events { get; init; }

    /// <summary>kind log: the last seq. Kinds read and ownRead: the mark.</summary>
    public long? Seq { get; init; }

    /// <summary>kind ownRead: the room.</summary>
    public RoomId? RoomId { get; init; }

    /// <summary>Kinds typing and read: who. Kind sessionRevoked: whose session.</summary>
    public UserId? UserId { get; init; }

    /// <summary>kind sessionRevoked: the session.</summary>
    public SessionId? SessionId { get; init; }

    /// <summary>kind rooms: as in the contract.</summary>
    public RoomsChange? Change { get; init; }
}

/// <summary>Writes news as documents and reads them back.</summary>
/// <param name="process">The process that writes.</param>
internal sealed class NewsFormat(string process)
{
    // Events beyond this are left to the store: a batch of long texts would hold up what queues behind it.
    private const int MostBytes = 256 * 1024;

    private readonly byte[] _own = Encoding.UTF8.GetBytes($$"""{"from":"{{process}}",""");

    /// <summary>News of a room.</summary>
    public byte[] Write(RoomNews news)
    {
        var document = Write(news switch
        {
            EventsCommitted committed => New("events") with { Events = committed.Events },
            LogAdvanced advanced => New("log") with { Seq = advanced.LastSeq },
            TypingNews typing => New("typing") with { UserId = typing.UserId },
            ReadNews read => New("read") with { UserId = read.UserId, Seq = read.Seq },
            _ => throw new ArgumentOutOfRangeException(nameof(news), news, "This news has no form on the wire."),
        });
        return document.Length > MostBytes && news is EventsCommitted { Events: [.., var last] } ? Write(new LogAdvanced(last.Seq)) : document;
    }

    /// <summary>News of a user.</summary>
    public byte[] Write(UserNews news) => Write(news switch
    {
        RoomsChanged changed => New("rooms") with { Change = changed.Change },
        OwnReadNews read => New("ownRead") with { RoomId = read.RoomId, Seq = read.Seq },
        _ => throw new ArgumentOutOfRangeException(nameof(news), news, "This news has no form on the wire."),
    });

    /// <summary>News for every process.</summary>
    public byte[] Write(GlobalNews news) => Write(news switch
    {
        SessionRevoked revoked => New("sessionRevoked") with { UserId = revoked.UserId, SessionId = revoked.SessionId },
        _ => throw new ArgumentOutOfRangeException(nameof(news), news, "This news has no form on the wire."),
    });

    /// <summary>Whether this process wrote the document; it has had the news already.</summary>
    public bool IsOwn(byte[] document) => document.AsSpan().StartsWith(_own);

    /// <summary>Reads a document; the one that reads picks out the kinds that it knows.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static NewsDocument Read(byte[] document) =>
        JsonSerializer.Deserialize<NewsDocument>(document, RedisJson.Options) ?? throw new JsonException("The document is null.");

    /// <summary>News of a room; null for kinds that are not known here.</summary>
    /// <exception cref="JsonException">Something is missing.</exception>
    public static RoomNews? ToRoomNews(NewsDocument document) => document.Kind switch
    {
        "events" => new EventsCommitted(InOrder(Needed(document.Events))),
        "log" => new LogAdvanced(Needed(document.Seq)),
        "typing" => new TypingNews(Needed(document.UserId)),
        "read" => new ReadNews(Needed(document.UserId), Needed(document.Seq)),
        _ => null,
    };

    /// <summary>News of a user; null for kinds that are not known here.</summary>
    /// <exception cref="JsonException">Something is missing.</exception>
    public static UserNews? ToUserNews(NewsDocument document) => document.Kind switch
    {
        "rooms" => new RoomsChanged(Needed(document.Change)),
        "ownRead" => new OwnReadNews(Needed(document.RoomId), Needed(document.Seq)),
        _ => null,
    };

    /// <summary>News for every process; null for kinds that are not known here.</summary>
    /// <exception cref="JsonException">Something is missing.</exception>
    public static GlobalNews? ToGlobalNews(NewsDocument document) => document.Kind switch
    {
        "sessionRevoked" => new SessionRevoked(Needed(document.UserId), Needed(document.SessionId)),
        _ => null,
    };

    private NewsDocument New(string kind) => new() { From = process, Kind = kind };

    private static byte[] Write(NewsDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, RedisJson.Options);

    // What a feed takes on trust.
    private static IReadOnlyList<RoomEvent> InOrder(IReadOnlyList<RoomEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is null || events[i].Seq != events[0].Seq + i)
            {
                throw new JsonException("The events have a gap.");
            }
        }

        return events.Count > 0 ? events : throw new JsonException("There are no events.");
    }

    private static T Needed<T>(T? member)
        where T : class => member ?? throw new JsonException("A member is missing.");

    private static T Needed<T>(T? member)
        where T : struct => member ?? throw new JsonException("A member is missing.");
}
