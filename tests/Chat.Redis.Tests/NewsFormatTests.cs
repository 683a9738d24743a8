using System.Text;
using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

/// <summary>The golden files are what processes of other versions write and read; they change by additions only.</summary>
public sealed class NewsFormatTests
{
    private static readonly RoomId Room = new(7401);
    private static readonly UserId User = new(7301);

    private readonly NewsFormat _format = new("0123456789abcdef");

    public static TheoryData<string> Kinds => ["events", "log", "typing", "read", "rooms", "ownRead", "sessionRevoked"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_what_always_was(string kind) => Encoding.UTF8.GetString(Write(kind)).ShouldBe(Golden(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_always_was_is_read(string kind)
    {
        var document = NewsFormat.Read(Encoding.UTF8.GetBytes(Golden(kind)));
        document.Kind.ShouldBe(kind);
        object? news = (object?)NewsFormat.ToRoomNews(document) ?? (object?)NewsFormat.ToUserNews(document) ?? NewsFormat.ToGlobalNews(document);
        Encoding.UTF8.GetString(news switch
        {
            RoomNews room => _format.Write(room),
            UserNews user => _format.Write(user),
            GlobalNews all => _format.Write(all),
            _ => [],
        }).ShouldBe(Golden(kind));
    }

    [Fact]
    public void Kinds_and_members_of_a_later_version_are_passed_over()
    {
        NewsFormat.ToRoomNews(Read("""{"from":"x","kind":"somethingNew","more":{"a":[1]}}""")).ShouldBeNull();
        NewsFormat.ToUserNews(Read("""{"from":"x","kind":"somethingNew"}""")).ShouldBeNull();
        NewsFormat.ToGlobalNews(Read("""{"from":"x","kind":"somethingNew"}""")).ShouldBeNull();
        NewsFormat.ToRoomNews(Read("""{"kind":"log","more":1,"from":"x","seq":5}""")).ShouldBe(new LogAdvanced(5));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"from":"x"}""")]
    [InlineData("""{"kind":"log","seq":5}""")]
    [InlineData("""{"from":"x","kind":"log"}""")]
    [InlineData("""{"from":"x","kind":"log","seq":"5"}""")]
    [InlineData("""{"from":"x","kind":"typing","userId":5}""")]
    [InlineData("""{"from":"x","kind":"events"}""")]
    [InlineData("""{"from":"x","kind":"events","events":[]}""")]
    [InlineData("""{"from":"x","kind":"events","events":[null]}""")]
    [InlineData("""{"from":"x","kind":"events","events":[{"seq":1,"kind":"delete","at":"2026-11-21T03:00:00.000Z","by":"1","target":1},{"seq":3,"kind":"delete","at":"2026-11-21T03:00:00.000Z","by":"1","target":1}]}""")]
    public void What_is_no_news_is_said_to_be_none(string text) => Should.Throw<JsonException>(() => NewsFormat.ToRoomNews(Read(text)));

    [Fact]
    public void A_batch_that_is_too_large_says_only_how_far_the_log_reaches()
    {
        var large = Samples.Message(42) with { Text = new string('x', 300_000) };
        var written = _format.Write(new EventsCommitted([Samples.Events[0] with { Message = large }]));
        NewsFormat.ToRoomNews(NewsFormat.Read(written)).ShouldBe(new LogAdvanced(42));
    }

    [Fact]
    public void Own_documents_are_told_from_those_of_others()
    {
        var document = _format.Write(new LogAdvanced(1));
        _format.IsOwn(document).ShouldBeTrue();
        new NewsFormat("fedcba9876543210").IsOwn(document).ShouldBeFalse();
    }

    [Fact]
    public void A_page_is_written_and_read_as_it_always_was()
    {
        var page = new RecentPage(12, IsWhole: true, [Samples.Message(42)]);
        Encoding.UTF8.GetString(PageDocument.Write(page)).ShouldBe(Golden("page"));
        var read = PageDocument.Read(Encoding.UTF8.GetBytes(Golden("page"))).ShouldNotBeNull();
        Encoding.UTF8.GetString(PageDocument.Write(read)).ShouldBe(Golden("page"));
        PageDocument.Read("""{"kind":"later","version":1,"whole":true,"messages":[]}"""u8.ToArray()).ShouldBeNull();
    }

    [Fact]
    public void A_presence_is_read_as_it_always_was()
    {
        var document = PresenceDocument.Read(Encoding.UTF8.GetBytes(Golden("presence"))).ShouldNotBeNull();
        document.Version.ShouldBe(1_795_230_000_123_000);
        document.Beside("0123456789abcdef").ShouldBe(
            new PresenceInfo(User, PresenceState.Away, DateTimeOffset.FromUnixTimeMilliseconds(1_795_230_000_000)));
        document.Beside("fedcba9876543210").State.ShouldBe(PresenceState.Online);
        PresenceDocument.Read("""{"kind":"later","userId":"1","version":1,"processes":{}}"""u8.ToArray()).ShouldBeNull();
    }

    private byte[] Write(string kind) => kind switch
    {
        "events" => _format.Write(new EventsCommitted(Samples.Events)),
        "log" => _format.Write(new LogAdvanced(48)),
        "typing" => _format.Write(new TypingNews(User)),
        "read" => _format.Write(new ReadNews(User, 47)),
        "rooms" => _format.Write(new RoomsChanged(new RoomsChange(Room, MemberChange.Joined, 3))),
        "ownRead" => _format.Write(new OwnReadNews(Room, 47)),
        "sessionRevoked" => _format.Write(new SessionRevoked(User, new SessionId(7501))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static NewsDocument Read(string text) => NewsFormat.Read(Encoding.UTF8.GetBytes(text));

    private static string Golden(string kind) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", kind + ".json")).TrimEnd();
}
