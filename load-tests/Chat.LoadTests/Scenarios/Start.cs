using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Scenarios;

/// <summary>From starting the process to its first answers: ready, and the page; in an empty folder, and in one with data.</summary>
internal static class Start
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Run run)
    {
        if (run.Options.Url is not null)
        {
            throw new LoadTestException("start starts servers of its own.");
        }

        var rounds = run.Options.RoundsOr(7);
        await MeasureAsync(run, "chat, new folder", rounds, i => ServerStart.Product($"{run.DataFolder}-{i}", run.Options) with { Probed = false });
        await MeasureAsync(run, "chat, folder with data", rounds, _ => ServerStart.Product($"{run.DataFolder}-0", run.Options) with { Probed = false });
        if (run.Options.Bare)
        {
            await MeasureAsync(run, "bare SignalR", rounds, _ => ServerStart.Bare(run.Options) with { Probed = false });
        }
    }

    private static async Task MeasureAsync(Run run, string name, int rounds, Func<int, ServerStart> start)
    {
        var measured = new List<(double Ready, double Page, double Cpu)>();
        for (var i = 0; i < rounds; i++)
        {
            measured.Add(await StartAsync(start(i)));
            run.Report.Progress($"start: {name}, {i + 1} of {rounds}: ready after {measured[^1].Ready:0} ms");
        }

        run.Report.Add(
            "start",
            $"{name}, median of {rounds}",
            ("ready ms", Samples.Median(measured.Select(m => m.Ready))),
            ("worst ready ms", measured.Max(m => m.Ready)),
            ("page ms", Samples.Median(measured.Select(m => m.Page))),
            ("CPU ms", Samples.Median(measured.Select(m => m.Cpu))));
    }

    private static async Task<(double Ready, double Page, double Cpu)> StartAsync(ServerStart start)
    {
        var port = FreePort();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Limit };
        var started = TimeProvider.System.GetTimestamp();
        using var process = ServerProcess.Launch(start, port);
        try
        {
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var ready = await AnsweredAsync(http, "health/ready", started, process);
            // Bare SignalR has no page, and says so just as fast.
            using var page = await http.GetAsync("");
            var shown = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
            return (ready, shown, process.TotalProcessorTime.TotalMilliseconds);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<double> AnsweredAsync(HttpClient http, string path, long started, Process process)
    {
        double answered = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (answered == 0)
        {
            if (process.HasExited || TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new LoadTestException(process.HasExited ? "The server ended while it started." : $"The server was not ready after {Limit}.");
            }

            try
            {
                using var answer = await http.GetAsync(path);
                answered = answer.IsSuccessStatusCode ? TimeProvider.System.GetElapsedTime(started).TotalMilliseconds : 0;
            }
            catch (HttpRequestException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        return answered;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
