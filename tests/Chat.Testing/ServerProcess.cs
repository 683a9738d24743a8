using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Testing;

/// <summary>
/// The built server as a process of its own, on a free loopback port and with its own data folder. It can be killed, stopped, frozen and
/// started again on the same port and data; disposing ends it and deletes the data. The test project imports <c>GatewayProgram.targets</c>.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int LogTail = 120;

    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string _data;
    private readonly bool _borrowed;
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal)
    {
        // Sign-in is not what is tested under load.
        ["Chat__Auth__PasswordIterations"] = "1000",
        ["Logging__LogLevel__Default"] = "Information",
    };

    private readonly Queue<string> _log = new();
    private Process? _process;

    /// <summary>A server that is not started yet.</summary>
    /// <param name="settings">Settings beside the usual ones, in the form of environment variables (<c>Chat__Section__Name</c>).</param>
    public ServerProcess(params (string Name, string Value)[] settings)
        : this(null, settings)
    {
    }

    private ServerProcess(string? borrowed, params (string Name, string Value)[] settings)
    {
        _borrowed = borrowed is not null;
        _data = borrowed ?? Directory.CreateTempSubdirectory("chat-test-").FullName;
        foreach (var kind in new[] { "Send", "Typing", "Call", "SignIn", "FailedUser", "FailedAddress", "Anonymous", "Connect" })
        {
            _settings[$"Chat__RateLimits__{kind}__PerSecond"] = "1000000";
            _settings[$"Chat__RateLimits__{kind}__Burst"] = "1000000";
        }

        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }

        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/");

    /// <summary>The folder with everything that the server keeps.</summary>
    public string DataFolder => _data;

    public int ProcessId => Running.Id;

    public bool HasExited => _process is null or { HasExited: true };

    /// <summary>Resident memory of the process, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.AsSpan(6).TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture);
        }
    }

    private Process Running => _process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Another server that wants the same data folder.</summary>
    public ServerProcess OnTheSameData() => new(_data);

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(DotNet())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _data,
        };
        start.ArgumentList.Add(Program());
        start.ArgumentList.Add($"--urls={Address.ToString().TrimEnd('/')}");
        start.ArgumentList.Add($"--Chat:DataDirectory={_data}");
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        Write($"--- start on port {Port}");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Wait.Until(IsReadyAsync, () => $"ready server on port {Port}.{Environment.NewLine}{Tail()}");
    }

    /// <summary>SIGKILL: nothing of the process runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        Signal(ProcessSignal.Kill);
        await ExitAsync("end of the killed server");
    }

    /// <summary>SIGTERM; answers the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        Signal(ProcessSignal.Terminate);
        await ExitAsync("end of the server after SIGTERM", limit);
        return Running.ExitCode;
    }

    /// <summary>SIGSTOP: the process stands still, its sockets stay open.</summary>
    public void Freeze() => Signal(ProcessSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(ProcessSignal.Continue);

    /// <summary>The last lines of its log.</summary>
    public string Tail()
    {
        lock (_log)
        {
            return $"Last lines of the server's log:{Environment.NewLine}{string.Join(Environment.NewLine, _log)}";
        }
    }

    /// <summary>Lines of the log that hold a text, among the last ones.</summary>
    public IReadOnlyList<string> LinesWith(string text)
    {
        lock (_log)
        {
            return [.. _log.Where(l => l.Contains(text, StringComparison.Ordinal))];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }

        _process?.Dispose();
        if (!_borrowed)
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    private static string DotNet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    private static string Program()
    {
        var note = Path.Combine(AppContext.BaseDirectory, "gateway.path");
        var program = File.ReadAllText(note).Trim();
        return File.Exists(program) ? program : throw new FileNotFoundException($"{note} names a server that was not built.", program);
    }

    private void Signal(int signal)
    {
        ProcessSignal.Send(Running, signal);
        Write($"--- signal {signal}");
    }

    private async Task ExitAsync(string what, TimeSpan? limit = null)
    {
        using var due = new CancellationTokenSource(limit ?? Wait.Limit, TimeProvider.System);
        try
        {
            await Running.WaitForExitAsync(due.Token);
        }
        catch (OperationCanceledException ex)
        {
            throw new TimeoutException($"Within {limit ?? Wait.Limit} there was no {what}.{Environment.NewLine}{Tail()}", ex);
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        if (Running.HasExited)
        {
            throw new InvalidOperationException($"The server ended with code {Running.ExitCode}.{Environment.NewLine}{Tail()}");
        }

        try
        {
            using var answer = await Probe.GetAsync(new Uri(Address, "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Write(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Enqueue(line);
            while (_log.Count > LogTail)
            {
                _log.Dequeue();
            }
        }
    }
}
