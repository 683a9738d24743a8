using Chat.Client;

namespace Chat.BrowserTests.Measured;

/// <summary>A room with more messages than any page could hold.</summary>
[Collection(nameof(Alone))]
public sealed class HistoryTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const int Messages = 50_000;

    /// <summary>How far one goes on foot; the rest is jumped.</summary>
    private const int Walk = 3_000;

    /// <summary>Pixels per frame: a fling, far quicker than one reads.</summary>
    private const int Stride = 150;

    private const int MostRows = 1_000;
    private const int MostNodes = 30_000;
    private const double MostGrowthBytes = 48 * 1048576;

    private static readonly string[] Texts =
    [
        "ok", "See you there!", "내일 아침 아홉 시에 만나요", "了解しました。よろしくお願いします", "好的，明天见",
        "The tide turns at six, so whoever wants to come along should be at the quay a little earlier; bring a warm coat, as the wind has not "
        + "let up since yesterday and it will be dark before we are back.",
        "one\ntwo\nthree lines", "👍", "**bold**, *slanted*, `code` and https://example.org/a/b?c=d", "شكرا جزيلا",
    ];

    [Fact]
    public Task Fifty_thousand_messages_scroll_both_ways_and_keep_their_place() => PlayAsync(async () =>
    {
        var report = NewReport("history");
        var (annAlone, bob, room) = await TwoWithARoomAsync();
        await using (var flood = await Flood.OfAsync(Server.Address, room, annAlone, bob))
        {
            await Wait.For(flood.FillAsync(Messages, i => $"{i} {Texts[i % Texts.Length]}"), "room with all messages", TimeSpan.FromMinutes(3));
        }

        var newest = (await bob.Api.MessagesAsync(room, MessageRange.Newest, 1)).Items[0].Seq;
        var oldest = newest - Messages + 1;
        var ann = await ArriveInAsync(annAlone, room);
        await Expect(ann.Message(newest)).ToBeInViewportAsync();
        var meter = await Meter.OfAsync(ann);
        var before = await meter.MemoryAsync();
        report.Add("memory with the newest page", before.Summary);
        await ann.Page.EvaluateAsync(Journey.Script);

        await WalkAsync("up from the newest", -Stride, newest - Walk);
        report.Add("memory far up", (await meter.MemoryAsync()).Summary);
        await WalkAsync("down to the newest", Stride, newest);
        await Expect(ann.Message(newest)).ToBeInViewportAsync();

        await ann.Page.EvaluateAsync("hash => { location.hash = hash; }", Tab.PathOf(room, $"/{oldest}")[1..]);
        await Expect(ann.Message(oldest)).ToBeInViewportAsync();
        await WalkAsync("down from the oldest", Stride, oldest + (Walk / 3));
        await ann["to-bottom"].ClickAsync();
        await Expect(ann.Message(newest)).ToBeInViewportAsync();

        var after = await meter.MemoryAsync();
        report.Add("memory at the end", after.Summary);
        (after.HeapBytes - before.HeapBytes).ShouldBeLessThan(MostGrowthBytes, "growth of the heap");
        after.Nodes.ShouldBeLessThan(MostNodes, "DOM nodes that are alive");

        async Task WalkAsync(string what, int stride, long until)
        {
            var journey = default(Journey)!;
            var frames = await meter.FramesAsync(async () => journey = await Journey.GoAsync(ann, stride, until));
            report.Add(what, new { frames.Summary, journey.Seen, journey.MostRows });
            journey.Faults.ShouldBeEmpty($"{what}: what was in view moved, or was out of order");
            journey.MostRows.ShouldBeLessThan(MostRows, $"{what}: messages on the page at a time");
            journey.Seen.ShouldBe(journey.Last - journey.First + 1, $"{what}: every message between the first and the last");
            (stride < 0 ? journey.First : -journey.Last).ShouldBeLessThanOrEqualTo(stride < 0 ? until : -until, $"{what}: how far it went");
        }
    });
}
