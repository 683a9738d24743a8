using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Chat.Silo.Admin;

namespace Chat.Admin.Tests.Support;

/// <summary>
/// chat-admin as a process, which the build puts beside the tests, with a folder and an environment that say nothing but the settings. Its output
/// is read while it runs. Disposing ends it.
/// </summary>
internal sealed class AdminProgramRun : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-admin-").FullName;
    private readonly Process _process;
    private readonly Task _reading;

    private AdminProgramRun(IReadOnlyDictionary<string, string> settings, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            WorkingDirectory = _folder,
        };
        start.Environment.Clear();
        foreach (var kept in new[] { "PATH", "HOME" })
        {
            start.Environment[kept] = Environment.GetEnvironmentVariable(kept);
        }

        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } dotnet)
        {
            start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(dotnet);
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} was not started.");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _out), ReadAsync(_process.StandardError, _error));
    }

    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Chat.Silo.exe" : "Chat.Silo");

    public string Error
    {
        get
        {
            lock (_gate)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>Starts it.</summary>
    public static AdminProgramRun Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) => new(settings, Program, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ended> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var run = Start(settings, arguments);
        return await run.EndAsync();
    }

    /// <summary>Runs it to its end on a terminal of its own. What it prints comes through that, both streams as one.</summary>
    public static async Task<Ended> RunOnTerminalAsync(IReadOnlyDictionary<string, string> settings, string arguments)
    {
        await using var run = new AdminProgramRun(
            new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["TERM"] = "xterm-256color" }, "script", ["-qec", $"{Program} {arguments}", "/dev/null"]);
        return await run.EndAsync();
    }

    /// <summary>Waits until its error stream has said something.</summary>
    public Task SaidAsync(string text) => Wait.Until(
        () => Error.Contains(text, StringComparison.Ordinal) || (_process.HasExited ? throw new InvalidOperationException($"It ended without '{text}'.\n{this}") : false),
        () => $"'{text}' on the error stream.\n{this}",
        TimeSpan.FromMinutes(3));

    public void Interrupt() => ProcessSignal.Send(_process, ProcessSignal.Interrupt);

    /// <summary>Waits for its end.</summary>
    public async Task<Ended> EndAsync()
    {
        await Wait.For(_process.WaitForExitAsync(), $"end of the program.\n{this}", TimeSpan.FromMinutes(5));
        await Wait.For(_reading, "end of the program's output");
        return new Ended((AdminExit)_process.ExitCode, _out.ToString(), _error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await Wait.For(_process.WaitForExitAsync(), "end of the killed program");
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return $"Output:\n{_out}\nErrors:\n{_error}";
        }
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder target)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var read and > 0)
        {
            lock (_gate)
            {
                target.Append(buffer, 0, read);
            }
        }
    }
}

/// <summary>What a run left behind.</summary>
internal sealed record Ended(AdminExit Code, string Out, string Error)
{
    /// <summary>The one JSON document of the output.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>The findings of a check, as kind and room, or user where there is no room.</summary>
    public IReadOnlyList<string> Findings =>
    [
        .. Json.GetProperty("findings").EnumerateArray().Select(finding =>
            $"{finding.GetProperty("kind").GetString()} {finding.GetProperty("roomId").GetString() ?? finding.GetProperty("userId").GetString()}".TrimEnd()),
    ];

    /// <summary>Checks how it ended; a failure shows all that it said.</summary>
    public Ended With(AdminExit code)
    {
        Code.ShouldBe(code, $"Output:\n{Out}\nErrors:\n{Error}");
        return this;
    }
}
