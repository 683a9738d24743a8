using System.Text.Json;

namespace Chat.BrowserTests;

/// <summary>A way through a room's messages, frame by frame, during which the page has to keep what is in view where it is.</summary>
/// <param name="First">The lowest seq that was on the page.</param>
/// <param name="Last">The highest one.</param>
/// <param name="Seen">How many different ones.</param>
/// <param name="MostRows">The most messages on the page at a time.</param>
/// <param name="Faults">What moved by itself, was lost from view, or was out of order.</param>
internal sealed record Journey(long First, long Last, long Seen, int MostRows, IReadOnlyList<string> Faults)
{
    /// <summary>
    /// In every frame it scrolls on, and notes where the message in the middle then is; in the next frame that has to be its place still,
    /// whatever the page put in, took out or drew anew. A length of 0 stays where it is until it is told to stop.
    /// </summary>
    public const string Script =
        """
        () => {
          const list = document.querySelector("[data-testid=message-list]");
          const rows = () => [...list.querySelectorAll("[data-testid=message]")];
          const seqOf = row => Number(row.dataset.seq);
          const journey = { seen: new Set(), faults: [], mostRows: 0, at: 0, frame: 0, stopped: false };
          window.journey = journey;
          const look = () => {
            const seqs = rows().map(seqOf);
            journey.mostRows = Math.max(journey.mostRows, seqs.length);
            seqs.forEach((seq, i) => {
              if (i > 0 && seq !== seqs[i - 1] + 1) journey.faults.push(`${seq} stands after ${seqs[i - 1]}`);
              journey.seen.add(seq);
            });
          };
          const middle = () => {
            const box = list.getBoundingClientRect();
            return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest("[data-testid=message]") ?? null;
          };
          const top = row => row.getBoundingClientRect().top;
          const inView = seq => {
            const row = list.querySelector(`[data-testid=message][data-seq="${seq}"]`);
            const box = list.getBoundingClientRect();
            return row !== null && top(row) < box.bottom && row.getBoundingClientRect().bottom > box.top;
          };
          journey.go = (stride, until) => new Promise(done => {
            Object.assign(journey, { seen: new Set(), faults: [], mostRows: 0, stopped: false });
            const changes = new MutationObserver(look);
            changes.observe(list, { childList: true, subtree: true });
            look();
            let held = null;
            const step = () => {
              journey.frame++;
              if (held) {
                const moved = held.row.isConnected ? top(held.row) - held.top : NaN;
                if (!(Math.abs(moved) <= 2)) {
                  journey.faults.push(`frame ${journey.frame}: ${held.seq} ${Number.isNaN(moved) ? "went from the page" : `moved by ${moved}`} `
                    + `(scrolled to ${list.scrollTop} of ${list.scrollHeight}, ${rows().length} messages)`);
                }
              }
              if (journey.stopped || inView(until) || journey.faults.length > 20) {
                changes.disconnect();
                const seqs = [...journey.seen];
                done({ first: Math.min(...seqs), last: Math.max(...seqs), seen: seqs.length, mostRows: journey.mostRows, faults: journey.faults });
                return;
              }
              list.scrollTop += stride;
              const row = middle();
              held = row && { row, seq: seqOf(row), top: top(row) };
              journey.at = held?.seq ?? 0;
              requestAnimationFrame(step);
            };
            requestAnimationFrame(step);
          });
        }
        """;

    /// <summary>Goes on until that message is in view.</summary>
    /// <param name="tab">A page on which <see cref="Script"/> ran.</param>
    /// <param name="stride">Pixels per frame, negative upwards.</param>
    /// <param name="until">The message's seq.</param>
    public static async Task<Journey> GoAsync(Tab tab, int stride, long until)
    {
        var way = tab.Page.EvaluateAsync<JsonElement>("([stride, until]) => window.journey.go(stride, until)", new[] { stride, until });
        try
        {
            return Of(await Wait.For(way, $"message {until} in view"));
        }
        catch (TimeoutException ex)
        {
            var at = await tab.Page.EvaluateAsync<JsonElement>("() => ({ at: window.journey.at, frame: window.journey.frame, faults: window.journey.faults })");
            throw new TimeoutException($"{ex.Message} It got to {at}.", ex);
        }
    }

    /// <summary>Stays where it is while that is done.</summary>
    public static async Task<Journey> StayAsync(Tab tab, Func<Task> while_)
    {
        var stay = tab.Page.EvaluateAsync<JsonElement>("() => window.journey.go(0, 0)");
        await while_();
        await tab.Page.EvaluateAsync("() => { window.journey.stopped = true; }");
        return Of(await Wait.For(stay, "end of the stay"));
    }

    private static Journey Of(JsonElement json) => json.Deserialize<Journey>(JsonSerializerOptions.Web)!;
}
