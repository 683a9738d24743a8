using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Testing.Servers;

/// <summary>
/// A server of Debian's that a test starts for itself: on a free loopback port, with everything it keeps in a folder of its own. It can be
/// killed, frozen and started again on the same port and data; disposing ends it and deletes the folder.
/// </summary>
public abstract class TestServer : IAsyncDisposable
{
    private const int LogTail = 60;

    private readonly Queue<string> _log = new();
    private Process? _process;

    protected TestServer(string name)
    {
        Name = name;
        Folder = Directory.CreateTempSubdirectory($"chat-{name}-").FullName;
        Port = FreePort();
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>Everything that it keeps.</summary>
    public string Folder { get; }

    public bool HasExited => _process is null or { HasExited: true };

    public int ProcessId => Running.Id;

    private Process Running => _process ?? throw new InvalidOperationException($"{Name} was not started.");

    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>Starts it, for the first time or again, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        if (!HasExited)
        {
            throw new InvalidOperationException($"{Name} runs already.");
        }

        _process?.Dispose();
        var start = new ProcessStartInfo(Find(Program))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        };
        foreach (var argument in Arguments())
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Wait.Until(
            async () => HasExited
                ? throw new InvalidOperationException($"{Name} ended with code {process.ExitCode}.{Environment.NewLine}{Tail()}")
                : await AnswersAsync(),
            () => $"{Name} that answers on port {Port.ToString(CultureInfo.InvariantCulture)}.{Environment.NewLine}{Tail()}");
    }

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        ProcessSignal.Send(Running, ProcessSignal.Kill);
        await Wait.For(Running.WaitForExitAsync(), $"end of the killed {Name}");
    }

    /// <summary>SIGSTOP: it stands still, its sockets stay open.</summary>
    public void Freeze() => ProcessSignal.Send(Running, ProcessSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => ProcessSignal.Send(Running, ProcessSignal.Continue);

    /// <summary>The last lines that it wrote.</summary>
    public string Tail()
    {
        lock (_log)
        {
            return $"Last lines of {Name}:{Environment.NewLine}{string.Join(Environment.NewLine, _log)}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }

        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The program's name, as a package installs it.</summary>
    protected abstract string Program { get; }

    protected abstract IEnumerable<string> Arguments();

    /// <summary>Whether it does its work now.</summary>
    protected abstract Task<bool> AnswersAsync();

    /// <summary>Runs a program to its end, as part of setting the server up.</summary>
    protected static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Find(program)) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false },
        };
        foreach (var argument in arguments)
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await Wait.For(process.WaitForExitAsync(), $"end of {program}");
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}.{Environment.NewLine}{await output}{await errors}");
        }
    }

    // Debian keeps servers where a user's PATH does not look.
    private static string Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/bin")
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"{program} is not installed; ./test.sh installs what the tests need.", program);

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
