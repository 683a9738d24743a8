using System.Globalization;
using Spectre.Console;

namespace Chat.Silo.Admin;

/// <summary>How far something is.</summary>
/// <param name="What">What is done now.</param>
/// <param name="Done">How much is done.</param>
/// <param name="Of">How much there is; 0 when it is not known.</param>
internal sealed record Standing(string What, long Done, long Of);

/// <summary>Shows on the error stream how far something is: a bar for a person, else a line every few seconds.</summary>
internal static class AdminProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BarEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Does the work, which tells how far it is from any thread.</summary>
    public static async Task<T> ShowAsync<T>(AdminRun run, Func<Action<Standing>, Task<T>> work)
    {
        var clock = run.Clock;
        var standing = new Standing("starting", 0, 0);
        var start = clock.GetTimestamp();
        var working = work(now => Volatile.Write(ref standing, now));
        if (Console.IsErrorRedirected)
        {
            while (await Task.WhenAny(working, Task.Delay(LineEvery, clock)) != working)
            {
                await run.Screen.Error.WriteLineAsync(Line(Volatile.Read(ref standing), clock.GetElapsedTime(start)));
            }

            return await working;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(run.Screen.Error) });
        await console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting");
                while (await Task.WhenAny(working, Task.Delay(BarEvery, clock)) != working)
                {
                    var now = Volatile.Read(ref standing);
                    bar.IsIndeterminate = now.Of == 0;
                    bar.MaxValue = Math.Max(1, now.Of);
                    bar.Value = now.Done;
                    bar.Description = Markup.Escape(Line(now, clock.GetElapsedTime(start)));
                }
            });
        return await working;
    }

    private static string Line(Standing now, TimeSpan elapsed)
    {
        if (now.Of == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{now.What}: {now.Done:N0}");
        }

        var rate = now.Done / Math.Max(elapsed.TotalSeconds, 0.001);
        var left = rate > 0 ? TimeSpan.FromSeconds(Math.Min((now.Of - now.Done) / rate, TimeSpan.FromDays(99).TotalSeconds)) : (TimeSpan?)null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.What}: {now.Done:N0} of {now.Of:N0} ({100.0 * now.Done / now.Of:N0} %), {rate:N0} a second{(left is { } time ? $", {time:hh\\:mm\\:ss} left" : "")}");
    }
}
