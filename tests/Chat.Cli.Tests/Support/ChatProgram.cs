using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Chat.Cli.Sessions;
using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Tests.Support;

/// <summary>
/// <c>chat</c> as one user of the machine has it: with a configuration folder of its own, and an environment that says nothing else. The
/// locale is the one that knows ASCII only.
/// </summary>
internal sealed class ChatProgram : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("chat-cli-").FullName;

    public ChatProgram() => Environment = new(StringComparer.Ordinal) { [ConfigFolder.Variable] = Config };

    /// <summary>The program, which the build puts beside the tests.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "chat.exe" : "chat");

    /// <summary>Where its sessions are; not there before the first.</summary>
    public string Config => System.IO.Path.Combine(_home, "config");

    /// <summary>What it finds in its environment beside the usual.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>Keeps a session as login does, without the time that a password takes.</summary>
    public async Task KeepAsync(Uri server, AuthResponse session, string profile = "test")
    {
        var profiles = new Profiles(Config);
        await profiles.Store(profile, server).ChangeAsync(_ => Task.FromResult<SessionTokens?>(new()
        {
            UserId = session.User.UserId,
            Username = session.User.Username,
            SessionId = session.SessionId,
            AccessToken = session.AccessToken,
            RefreshToken = session.RefreshToken,
            ObtainedAt = TimeProvider.System.GetUtcNow(),
            ExpiresAt = TimeProvider.System.GetUtcNow().AddSeconds(session.ExpiresIn),
        }));
        profiles.MakeCurrent(profile);
    }

    /// <summary>Runs it to its end, with nothing on its input.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it to its end with that input.</summary>
    public async Task<Ended> RunAsync(byte[] input, params string[] arguments)
    {
        await using var running = Start(arguments);
        await running.WriteAsync(input);
        running.EndInput();
        return await running.EndAsync();
    }

    /// <summary>Runs it to its end with that input.</summary>
    public Task<Ended> RunWithAsync(string input, params string[] arguments) => RunAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs it, and fails when it does.</summary>
    public async Task<Ended> DoneAsync(params string[] arguments) => (await RunAsync(arguments)).Done();

    /// <summary>Starts it; its input stays open.</summary>
    public RunningChat Start(params string[] arguments) => new(StartInfo(Path, arguments));

    /// <summary>A command line of the shell in which <c>$CHAT</c> is the program.</summary>
    public RunningChat StartShell(string commandLine)
    {
        var start = StartInfo("/bin/bash", ["-c", commandLine]);
        start.Environment["CHAT"] = Path;
        return new(start);
    }

    /// <summary>A command line of the shell, run on a terminal of its own. What it prints comes through that terminal, both streams as one.</summary>
    public RunningChat StartTerminal(string commandLine)
    {
        var start = StartInfo("script", ["-qec", commandLine, "/dev/null"]);
        start.Environment["CHAT"] = Path;
        start.Environment["TERM"] = "xterm-256color";
        return new(start);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private ProcessStartInfo StartInfo(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            WorkingDirectory = _home,
        };
        start.Environment.Clear();
        foreach (var kept in new[] { "PATH", "HOME" })
        {
            start.Environment[kept] = System.Environment.GetEnvironmentVariable(kept);
        }

        if (System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } dotnet)
        {
            // Wherever it is installed.
            start.Environment["DOTNET_ROOT"] = System.IO.Path.GetDirectoryName(dotnet);
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}

/// <summary>What a run left behind.</summary>
internal sealed record Ended(int Code, string Out, string Err)
{
    public IReadOnlyList<string> Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The JSON documents of the output, which has nothing else.</summary>
    public IReadOnlyList<T> Json<T>() =>
        [.. Lines.Select(line => JsonSerializer.Deserialize<T>(line, ChatJson.Options) ?? throw new JsonException($"'{line}' is null."))];

    public Ended Done() => With(ExitCode.Done);

    /// <summary>Checks how it ended; a failure shows all that it said.</summary>
    public Ended With(ExitCode code, string says = "")
    {
        ((ExitCode)Code).ShouldBe(code, ToString());
        Err.ShouldContain(says);
        Err.ShouldNotContain("   at ", Case.Sensitive, "a stack trace");
        return this;
    }
}
