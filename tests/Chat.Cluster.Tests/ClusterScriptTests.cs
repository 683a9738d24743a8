using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>deploy/local/cluster.sh, as people use it.</summary>
public sealed partial class ClusterScriptTests : IDisposable
{
    private const int UnderWay = 90;
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-script-").FullName;
    private readonly List<string> _lines = [];

    [Fact]
    public async Task It_starts_serves_survives_the_death_of_a_gateway_stops_and_goes_on()
    {
        RoomId room;
        AuthResponse ann;
        using (var script = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = script.Address, Timeout = Wait.Limit };
            var api = new ChatApi(http);
            (await http.GetStringAsync("health/ready")).ShouldBe("ready");
            ann = await api.RegisterAsync(new("ann", TestUser.Password));
            var ben = await api.RegisterAsync(new("ben", TestUser.Password));
            room = (await api.With(ann.AccessToken).CreateRoomAsync(new(RoomKind.Private, "Room", null, [ben.User.UserId]))).RoomId;

            // nginx gives a connection to the gateway that has fewest, so two are at two gateways; which one is where is its affair.
            var listeners = new[] { new Listener(), new Listener() };
            var hubs = new List<HubConnection>();
            foreach (var listener in listeners)
            {
                hubs.Add(await HubConnection.ConnectAsync(new() { Server = script.Address, AccessToken = ben.AccessToken }, listener));
            }

            var first = await api.With(ann.AccessToken).SendAsync(room, new("1", "to both gateways"));
            await Wait.For(Task.WhenAll(listeners.Select(l => l.UntilAsync(first.Seq))), "message at both connections");

            // Sends are under way at both when one is killed, and begin while nginx still gives it some: none of them sees it.
            var sends = Enumerable.Range(0, UnderWay).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 * i), TimeProvider.System);
                return await api.With(ann.AccessToken).SendAsync(room, new($"under way {i}", $"under way {i}"));
            }).ToList();
            await sends[UnderWay / 3];
            ProcessSignal.Send(script.Process("gateway-1"), ProcessSignal.Kill);
            var ends = hubs.ConvertAll(h => h.Closed.ContinueWith(_ => { }, TaskScheduler.Default));
            var ended = ends.IndexOf(await Wait.For(Task.WhenAny(ends), "end of the connection to the killed gateway"));
            (await Wait.For(Task.WhenAll(sends), "answers to all sends")).Select(m => m.Seq).ShouldBeUnique();
            var second = await api.With(ann.AccessToken).SendAsync(room, new("2", "to the other one"));
            await Wait.For(listeners[1 - ended].UntilAsync(second.Seq), "message through the gateway that is left");
            hubs[1 - ended].Closed.IsCompleted.ShouldBeFalse("only the killed gateway's connection ended");
            await Wait.Until(() => Said().Contains("ended with code 137; the others go on", StringComparison.Ordinal), () => $"word of the death. {Said()}");
            Said().ShouldNotContain("Killed", customMessage: "bash's own words");
            foreach (var hub in hubs)
            {
                await hub.DisposeAsync();
            }

            await script.StopAsync();
        }

        using (var again = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = again.Address, Timeout = Wait.Limit };
            var history = await new ChatApi(http).With(ann.AccessToken).MessagesAsync(room, MessageRange.Newest, UnderWay + 2);
            var texts = history.Items.Select(m => m.Text).ToList();
            texts[0].ShouldBe("to the other one");
            texts[^1].ShouldBe("to both gateways");
            texts[1..^1].ShouldBe(Enumerable.Range(0, UnderWay).Select(i => $"under way {i}"), ignoreOrder: true);
            await again.StopAsync();
        }
    }

    [Fact]
    public async Task Port_that_is_taken_is_said_so()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        using var process = Launch("--port", port, "--data", _folder, "--program", Gateway());

        await Wait.For(process.WaitForExitAsync(), "end of the script");
        process.ExitCode.ShouldBe(1);
        lock (_lines)
        {
            _lines.ShouldContain(l => l.Contains($"port {port} is taken", StringComparison.Ordinal));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Gateway() =>
        Path.ChangeExtension(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "gateway.path")).Trim(), null);

    private async Task<Script> StartAsync()
    {
        lock (_lines)
        {
            _lines.Clear();
        }

        // Below the ports that connections are given: the script takes those behind the first for its servers.
        var port = Random.Shared.Next(200, 320) * 100;
        var process = Launch(
            "--port", port.ToString(CultureInfo.InvariantCulture), "--gateways", "2", "--data", _folder, "--program", Gateway(),
            "--", "--Chat:Auth:PasswordIterations=1000");
        try
        {
            await Wait.Until(
                () =>
                {
                    process.HasExited.ShouldBeFalse(Said());
                    return Said().Contains("Try it", StringComparison.Ordinal);
                },
                () => $"running cluster. {Said()}");
            return new Script(process, new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/"), Processes());
        }
        catch
        {
            await StopAsync(process);
            process.Dispose();
            throw;
        }
    }

    private Process Launch(params string[] arguments)
    {
        var repository = typeof(ClusterScriptTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == "Repository").Value!;
        var start = new ProcessStartInfo(Path.Combine(repository, "deploy/local/cluster.sh"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }

    private string Said()
    {
        lock (_lines)
        {
            return $"The script said:{Environment.NewLine}{string.Join(Environment.NewLine, _lines)}";
        }
    }

    private Dictionary<string, int> Processes()
    {
        lock (_lines)
        {
            return _lines.Select(l => Started().Match(l)).Where(m => m.Success)
                .ToDictionary(m => m.Groups["name"].Value, m => int.Parse(m.Groups["id"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        }
    }

    private static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            ProcessSignal.Send(process, ProcessSignal.Terminate);
            await Wait.For(process.WaitForExitAsync(), "end of the script");
        }
    }

    [GeneratedRegex(@"^  (?<name>\S+) +process (?<id>\d+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Started();

    private sealed class Script(Process process, Uri address, Dictionary<string, int> processes) : IDisposable
    {
        public Uri Address => address;

        public Process Process(string name) => System.Diagnostics.Process.GetProcessById(processes[name]);

        /// <summary>SIGTERM; nothing that it started is left.</summary>
        public async Task StopAsync()
        {
            await ClusterScriptTests.StopAsync(process);
            process.ExitCode.ShouldBe(143);
            processes.Where(p => Directory.Exists($"/proc/{p.Value}")).Select(p => p.Key).ShouldBeEmpty("what the script started and did not stop");
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                ProcessSignal.Send(process, ProcessSignal.Terminate);
                process.WaitForExit(60_000);
            }

            process.Dispose();
        }
    }

    private sealed class Listener : IHubListener
    {
        private readonly TaskCompletionSource[] _at = [.. Enumerable.Range(0, UnderWay + 20).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

        public void Take(HubPush push)
        {
            if (push is EventsPush events)
            {
                foreach (var e in events.Events)
                {
                    _at[e.Seq].TrySetResult();
                }
            }
        }

        public Task UntilAsync(long seq) => _at[seq].Task;
    }
}
