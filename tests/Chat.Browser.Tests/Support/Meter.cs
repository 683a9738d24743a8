using System.Globalization;
using System.Text.Json;

namespace Chat.BrowserTests;

/// <summary>What drawing a page costs: frame times, long tasks, layout shifts, memory. Reported, and never a reason to fail but for shifts.</summary>
internal sealed class Meter
{
    /// <summary>
    /// The score below which a shift is none. A badge that grows by a digit at its fixed edge has 0.000005; a single line that moves by 3 px,
    /// the least that the browser reports, has 0.00006.
    /// </summary>
    private const double LeastShift = 0.00002;

    private const string Script =
        """
        least => {
          const meter = { frames: [], tasks: [], shifts: [], last: 0 };
          const frame = now => {
            if (meter.last) meter.frames.push(now - meter.last);
            meter.last = now;
            meter.next = requestAnimationFrame(frame);
          };
          meter.next = requestAnimationFrame(frame);
          meter.longTasks = new PerformanceObserver(list => list.getEntries().forEach(e => meter.tasks.push(e.duration)));
          meter.longTasks.observe({ type: "longtask" });
          meter.layout = new PerformanceObserver(list => list.getEntries().forEach(e => {
            if (!e.hadRecentInput && e.value >= least) {
              const moved = e.sources.map(s => `${s.node?.nodeName} ${s.node?.className} ${Math.round(s.previousRect.y)}→${Math.round(s.currentRect.y)}`);
              meter.shifts.push(`${e.value.toFixed(5)}: ${moved.join(", ")}`);
            }
          }));
          meter.layout.observe({ type: "layout-shift" });
          window.meter = meter;
        }
        """;

    private const string Result =
        """
        () => {
          const meter = window.meter;
          cancelAnimationFrame(meter.next);
          meter.longTasks.disconnect();
          meter.layout.disconnect();
          return { frames: meter.frames, tasks: meter.tasks, shifts: meter.shifts };
        }
        """;

    private readonly IPage _page;
    private readonly ICDPSession _devTools;

    private Meter(IPage page, ICDPSession devTools)
    {
        _page = page;
        _devTools = devTools;
    }

    public static async Task<Meter> OfAsync(Tab tab)
    {
        var devTools = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await devTools.SendAsync("Performance.enable");
        await devTools.SendAsync("HeapProfiler.enable");
        return new Meter(tab.Page, devTools);
    }

    /// <summary>Watches the page while that is done.</summary>
    public async Task<Frames> FramesAsync(Func<Task> while_)
    {
        await _page.EvaluateAsync(Script, LeastShift);
        await while_();
        var seen = (await _page.EvaluateAsync(Result))!.Value;
        return new Frames(Numbers("frames"), Numbers("tasks"), [.. seen.GetProperty("shifts").EnumerateArray().Select(s => s.GetString()!)]);

        double[] Numbers(string name) => [.. seen.GetProperty(name).EnumerateArray().Select(n => n.GetDouble())];
    }

    /// <summary>Memory after everything that can be given back was given back.</summary>
    public async Task<Memory> MemoryAsync()
    {
        await _devTools.SendAsync("HeapProfiler.collectGarbage");
        var answer = (await _devTools.SendAsync("Performance.getMetrics"))!.Value;
        var metrics = answer.GetProperty("metrics").EnumerateArray()
            .ToDictionary(m => m.GetProperty("name").GetString()!, m => m.GetProperty("value").GetDouble(), StringComparer.Ordinal);
        var elements = await _page.EvaluateAsync<int>("() => document.getElementsByTagName('*').length");
        return new Memory(metrics["JSHeapUsedSize"], (int)metrics["Nodes"], elements);
    }
}

/// <summary>How a page drew during a time.</summary>
/// <param name="Deltas">Milliseconds between frames.</param>
/// <param name="LongTasks">Milliseconds of tasks over 50 ms.</param>
/// <param name="Shifts">What moved without the user's doing.</param>
internal sealed record Frames(IReadOnlyList<double> Deltas, IReadOnlyList<double> LongTasks, IReadOnlyList<string> Shifts)
{
    /// <summary>The numbers for a report.</summary>
    public object Summary => new
    {
        frames = Deltas.Count,
        framesPerSecond = Math.Round(1000 * Deltas.Count / Math.Max(1, Deltas.Sum()), 1),
        p50Ms = At(0.5),
        p99Ms = At(0.99),
        mostMs = At(1),
        longTasks = LongTasks.Count,
        longestTaskMs = LongTasks.Count == 0 ? 0 : Math.Round(LongTasks.Max(), 1),
    };

    private double At(double share)
    {
        var sorted = Deltas.Order().ToArray();
        return sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Ceiling(share * (sorted.Length - 1))], 1);
    }
}

/// <summary>What a page holds.</summary>
/// <param name="HeapBytes">JavaScript's heap in use.</param>
/// <param name="Nodes">DOM nodes alive, those off the page included.</param>
/// <param name="Elements">Elements on the page.</param>
internal sealed record Memory(double HeapBytes, int Nodes, int Elements)
{
    /// <summary>The numbers for a report.</summary>
    public object Summary => new { heapMiB = Math.Round(HeapBytes / 1048576, 1), nodes = Nodes, elements = Elements };
}

/// <summary>Measured numbers, for the output of a test and as JSON beside its results.</summary>
internal sealed class Report(string name, string folder, ITestOutputHelper output)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };
    private readonly Dictionary<string, object> _numbers = new(StringComparer.Ordinal);

    public void Add(string what, object numbers)
    {
        _numbers[what] = numbers;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {what}: {JsonSerializer.Serialize(numbers)}"));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(_numbers, Readable));
    }
}
