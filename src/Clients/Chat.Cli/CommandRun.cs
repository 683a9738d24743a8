using System.CommandLine;
using Chat.Cli.Output;
using Chat.Cli.Rooms;
using Chat.Cli.Sessions;
using Chat.Client;

namespace Chat.Cli;

/// <summary>One run of a command: what was asked, and where answers go.</summary>
internal sealed class CommandRun(ParseResult parsed, GlobalOptions options, Screen screen, Notes notes, CancellationToken stop) : IAsyncDisposable
{
    // Somebody may be looking.
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);

    private ChatClient? _client;

    /// <summary>Whether JSON was asked for.</summary>
    public bool Json { get; } = parsed.GetValue(options.Json);

    /// <summary>Where the data goes.</summary>
    public Screen Screen => screen;

    /// <summary>Where everything else goes.</summary>
    public Notes Notes => notes;

    /// <summary>Cancelled by Ctrl-C and SIGTERM.</summary>
    public CancellationToken Stop => stop;

    /// <summary>How long the server may take.</summary>
    public TimeSpan Timeout { get; } = options.TimeoutOf(parsed);

    /// <summary>The time that was asked for; null when none was.</summary>
    public TimeSpan? ExplicitTimeout { get; } = parsed.GetValue(options.Timeout);

    /// <summary>The time, for all that needs it.</summary>
    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>The sessions kept on this machine.</summary>
    public Profiles Profiles { get; } = new(ConfigFolder.Path);

    /// <summary>Which session is meant.</summary>
    public ProfileChoice Choice => ProfileChoice.Make(parsed.GetValue(options.Profile), parsed.GetValue(options.Server), Profiles);

    /// <summary>A client of that server, which keeps its tokens under that profile.</summary>
    public ChatClient Open(string profile, Uri server) =>
        _client = new ChatClient(new()
        {
            Server = server,
            Tokens = Profiles.Store(profile, server),
            RequestTimeout = Timeout,
            ConnectTimeout = Timeout,
            SendTimeout = Timeout,
            LongestBackoff = LongestBackoff,
            Clock = Clock,
        });

    /// <summary>The session that is meant.</summary>
    /// <exception cref="CliException">Nobody is signed in there.</exception>
    public SignedIn SignedIn()
    {
        var choice = Choice;
        var saved = choice.Name is null ? null : Profiles.Read(choice.Name);
        if (choice.Name is null || saved?.Session is null)
        {
            throw new CliException(ExitCode.SignedOut, CliCodes.SignedOut, $"nobody is signed in{(choice.Name is null ? "" : $" as '{choice.Name}'")}; sign in with: chat login");
        }

        if (choice.IsBound && choice.Server != saved.Server)
        {
            throw CliException.Usage($"the session '{choice.Name}' is with {saved.Server}, not with {choice.Server}");
        }

        return new SignedIn(Open(choice.Name, saved.Server), saved.Session, choice.Name, saved.Server, stop);
    }

    /// <summary>Whether the option was given, were it without a value.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>Prints a list: JSON lines, or a table.</summary>
    public void Print<T>(IReadOnlyList<T> items, IReadOnlyList<Column> columns, Func<T, IReadOnlyList<Cell>> row)
    {
        if (Json)
        {
            screen.JsonLines(items);
        }
        else
        {
            screen.Table(columns, [.. items.Select(row)]);
        }
    }

    /// <summary>Prints one thing: JSON, or a line.</summary>
    public void Print<T>(T item, Func<T, string> line)
    {
        if (Json)
        {
            screen.Json(item);
        }
        else
        {
            screen.Line(line(item));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }
}
