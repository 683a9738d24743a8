using System.Text.RegularExpressions;
using Chat.Client;

namespace Chat.BrowserTests.Measured;

/// <summary>A room in which more is said than anybody could read.</summary>
[Collection(nameof(Alone))]
public sealed partial class BusyRoomTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const int PerSecond = 50;

    [Fact]
    public Task Busy_room_scrolls_without_shifts_and_shows_each_message_once_in_order() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using var flood = await Flood.OfAsync(Server.Address, room, ann, bob);
        await flood.FillAsync(120, Text);
        var carl = await OnlookerAsync(room, ann);
        await carl.Page.EvaluateAsync(
            """
            () => {
              window.added = [];
              const list = document.querySelector("[data-testid=message-list]");
              new MutationObserver(changes => {
                const rows = changes.flatMap(c => [...c.addedNodes]).filter(n => n.nodeType === 1)
                  .flatMap(n => n.matches("[data-testid=message]") ? [n] : [...n.querySelectorAll("[data-testid=message]")]);
                window.added.push(...rows.map(r => Number(r.dataset.seq)));
              }).observe(list, { childList: true, subtree: true });
            }
            """);
        var meter = await Meter.OfAsync(carl);
        IReadOnlyList<long> sent = [];
        var frames = await meter.FramesAsync(async () =>
        {
            sent = await flood.PourAsync(10 * PerSecond, PerSecond, Text);
            await Expect(carl.Message(sent[^1])).ToBeInViewportAsync();
        });

        var report = NewReport("busy-room");
        report.Add("at the end", frames.Summary);
        report.Add("memory", (await meter.MemoryAsync()).Summary);
        (await carl.Page.EvaluateAsync<long[]>("() => window.added")).ShouldBe(sent);
        frames.Shifts.ShouldBeEmpty("layout shifts while messages arrived");
    });

    [Fact]
    public Task Reader_further_up_is_not_moved_by_a_busy_room() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        await using var flood = await Flood.OfAsync(Server.Address, room, ann, bob);
        await flood.FillAsync(300, Text);
        var carl = await OnlookerAsync(room, ann);
        var newest = (await ann.Api.MessagesAsync(room, MessageRange.Newest, 1)).Items[0].Seq;
        await carl.Page.EvaluateAsync(Journey.Script);
        (await Journey.GoAsync(carl, -100, newest - 60)).Faults.ShouldBeEmpty("on the way up");
        var meter = await Meter.OfAsync(carl);
        Journey? stay = null;
        var frames = await meter.FramesAsync(async () => stay = await Journey.StayAsync(
            carl, async () => await flood.PourAsync(4 * PerSecond, PerSecond, Text)));

        NewReport("busy-room-further-up").Add("further up", frames.Summary);
        stay!.Faults.ShouldBeEmpty("while messages arrived below");
        frames.Shifts.ShouldBeEmpty("layout shifts while messages arrived below");
        await Expect(carl["to-bottom"]).ToBeVisibleAsync();
    });

    private async Task<Tab> OnlookerAsync(Contracts.RoomId room, Person host)
    {
        var carl = await RegisterAsync("carl", "Carl");
        await host.Api.AddMembersAsync(room, [carl.Id]);
        var tab = await ArriveInAsync(carl, room);
        var newest = (await host.Api.MessagesAsync(room, MessageRange.Newest, 1)).Items[0].Seq;
        await Expect(tab.Message(newest)).ToBeInViewportAsync();
        // The names come after the messages.
        await Expect(tab["author"].First).ToHaveTextAsync(AnnOrBob());
        return tab;
    }

    [GeneratedRegex("^(?:Ann|Bob)$", RegexOptions.None, 1000)]
    private static partial Regex AnnOrBob();

    private static string Text(int number) => (number % 5) switch
    {
        0 => $"{number}: a longer one, which goes over more than a single line when the window is not very wide, as it happens in every room "
            + "in which people tell one another what they have been up to.",
        1 => $"{number}: 네, 알겠습니다 👍",
        2 => $"{number}: first\nsecond",
        _ => $"{number}: yes",
    };
}
