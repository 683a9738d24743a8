using System.Text.RegularExpressions;

namespace Chat.BrowserTests.Measured;

/// <summary>A room in which more is said than anybody could read.</summary>
[Collection(nameof(Alone))]
public sealed partial class BusyRoomTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const int PerSecond = 50;

    /// <summary>What was said before anybody looks: quick, and by turns, so that there are heads with names.</summary>
    private const int Brisk = 500;

    [Fact]
    public Task Busy_room_scrolls_without_shifts_and_shows_each_message_once_in_order() => PlayAsync(async () =>
    {
        var (_, flood, carl) = await OnlookerAsync(120);
        await using var poured = flood;
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
        var (newest, flood, carl) = await OnlookerAsync(300);
        await using var poured = flood;
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

    /// <summary>Two who write, and Carl, who has what they wrote before him, up to the newest.</summary>
    private async Task<(long Newest, Flood Flood, Tab Carl)> OnlookerAsync(int before)
    {
        var (ann, bob, room) = await TwoWithARoomAsync();
        var carl = await RegisterAsync("carl", "Carl");

        // Before all messages, so that their seqs have no gap.
        await ann.Api.AddMembersAsync(room, [carl.Id]);
        var flood = await Flood.OfAsync(Server.Address, room, ann, bob);
        var newest = (await flood.PourAsync(before, Brisk, Text))[^1];

        // Or the room would open further up, where the new ones begin.
        await carl.Api.MarkReadAsync(room, newest);
        var tab = await ArriveInAsync(carl, room);
        await Expect(tab.Message(newest)).ToBeInViewportAsync();

        // The names come after the messages.
        await Expect(tab["author"].First).ToHaveTextAsync(AnnOrBob());
        return (newest, flood, tab);
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
