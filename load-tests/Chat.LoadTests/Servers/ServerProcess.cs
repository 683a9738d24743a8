using System.Diagnostics;
using System.Globalization;

namespace Chat.LoadTests.Servers;

/// <summary>How to start a server.</summary>
/// <param name="Program">Its assembly.</param>
/// <param name="Arguments">Its arguments, without the address.</param>
/// <param name="Environment">Variables to set, as <c>NAME=value</c>.</param>
/// <param name="Probed">Whether to look inside; off where the start itself is measured.</param>
internal sealed record ServerStart(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, bool Probed = true)
{
    /// <summary>The product, with limits that a load test does not meet and passwords that cost nothing.</summary>
    public static ServerStart Product(string data, RunOptions options) => new(
        options.Server ?? BuiltServers.Gateway,
        [
            $"--Chat:DataDirectory={data}",
            "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
            "--Chat:Auth:PasswordIterations=1000",
            "--Chat:Auth:PasswordQueue=100000",
            "--Chat:Auth:PasswordThreads=2",
            "--Chat:Auth:AccessToken=12:00:00",
            .. new[] { "Send", "Typing", "Call", "SignIn", "Anonymous", "Connect" }.SelectMany(kind => new[]
            {
                $"--Chat:RateLimits:{kind}:PerSecond=1000000",
                $"--Chat:RateLimits:{kind}:Burst=10000000",
            }),
            .. options.ServerArguments,
        ],
        options.ServerEnvironment);

    /// <summary>SignalR by itself.</summary>
    public static ServerStart Bare(RunOptions options) => new(BuiltServers.Bare, [], options.ServerEnvironment);
}

/// <summary>A server as a child of this process, on a free loopback port. Ends with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string? _probePath;

    private ServerProcess(Process process, Uri address, string? probePath)
    {
        _process = process;
        _probePath = probePath;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <param name="start">Which, and how.</param>
    /// <param name="port">Port to listen on; 0 for any free one.</param>
    public static async Task<ServerProcess> StartAsync(ServerStart start, int port = 0)
    {
        var probePath = start.Probed ? Path.Combine(Path.GetTempPath(), $"chat-probe-{Guid.NewGuid():N}"[..24]) : null;
        var process = Launch(start, port, probePath);
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new Queue<string>();
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new LoadTestException("The server ended: " + string.Join('\n', last)));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new ServerProcess(process, await listening.Task.WaitAsync(StartLimit), probePath);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }

        void Read(string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (last)
            {
                last.Enqueue(line);
                if (last.Count > 20)
                {
                    last.Dequeue();
                }
            }

            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                listening.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
            }
            else if (line.Contains("fail:", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal))
            {
                Console.Error.WriteLine("server: " + line);
            }
        }
    }

    /// <summary>Starts a server without waiting for anything.</summary>
    public static Process Launch(ServerStart start, int port, string? probePath = null)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        info.ArgumentList.Add(start.Program);
        info.ArgumentList.Add($"--urls=http://127.0.0.1:{port}");
        foreach (var argument in start.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        if (probePath is not null)
        {
            info.Environment["DOTNET_STARTUP_HOOKS"] = BuiltServers.Probe;
            info.Environment["CHAT_PROBE_SOCKET"] = probePath;
        }

        foreach (var pair in start.Environment)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            info.Environment[pair[..equals]] = pair[(equals + 1)..];
        }

        var process = new Process { StartInfo = info, EnableRaisingEvents = true };
        process.Start();
        return process;
    }

    /// <summary>The state of the process now.</summary>
    /// <param name="collect">Collect its garbage first.</param>
    public async Task<ServerState> StateAsync(bool collect = false)
    {
        IReadOnlyDictionary<string, double> inside =
            _probePath is null ? new Dictionary<string, double>(StringComparer.Ordinal) : await ServerProbe.AskAsync(_probePath, collect);
        return await ServerState.OfAsync(_process.Id, inside);
    }

    /// <summary>Asks the server to stop as an operator does, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
        if (_probePath is not null)
        {
            File.Delete(_probePath);
        }
    }
}
