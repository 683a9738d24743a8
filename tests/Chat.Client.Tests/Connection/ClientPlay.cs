using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Chat.Contracts;
using Microsoft.AspNetCore.Http;

namespace Chat.Client.Tests;

/// <summary>
/// A signed-in client on a clock of the test's, and a server that is played by one script for each of its connections. REST answers 404
/// but for what a test adds; a refresh is answered with new tokens unless it is refused.
/// </summary>
internal sealed class ClientPlay : IAsyncDisposable
{
    public static readonly UserId Me = new(7);

    private readonly ScriptedServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ClientStatus> _statuses = Channel.CreateUnbounded<ClientStatus>();
    private readonly ConcurrentQueue<string> _faults;
    private Task _following = Task.CompletedTask;

    private ClientPlay(ScriptedServer server, ConcurrentQueue<string> faults)
    {
        (_server, _faults) = (server, faults);

        // Pauses are as long as they may be.
        Client = new ChatClient(new() { Server = server.Address, Tokens = Store, Clock = Clock, Jitter = () => 1 });
    }

    public ManualTimeProvider Clock { get; } = new();

    public InMemoryTokenStore Store { get; } = new();

    public ChatClient Client { get; }

    /// <param name="script">What becomes of each connection, by its number from 1 on; one without a script is refused.</param>
    /// <param name="rest">Answers REST calls; true when it did.</param>
    /// <param name="refusal">The status with which a connection without a script is refused.</param>
    public static async Task<ClientPlay> StartAsync(
        Func<int, Func<ScriptedServer.Peer, Task>?> script, Func<HttpContext, Task<bool>>? rest = null, int refusal = 503)
    {
        var faults = new ConcurrentQueue<string>();
        var server = await ScriptedServer.WithConnections(
            number => script(number) is { } play ? peer => GuardAsync(() => play(peer), faults) : null,
            async context =>
            {
                if (rest is null || !await rest(context))
                {
                    context.Response.StatusCode = 404;
                }
            },
            refusal);
        var play = new ClientPlay(server, faults);
        await play.SignInAsync("first");
        return play;
    }

    /// <summary>Stores a session as another sign-in of the same user would.</summary>
    public Task SignInAsync(string name, long session = 1) => Store.ChangeAsync(_ => Task.FromResult<SessionTokens?>(new()
    {
        UserId = Me,
        Username = "ann",
        SessionId = new(session),
        AccessToken = "secret-access-" + name,
        RefreshToken = "secret-refresh-" + name,
        ObtainedAt = Clock.GetUtcNow(),
        ExpiresAt = Clock.GetUtcNow().AddHours(100),
    }));

    public static async Task AnswerRefreshAsync(HttpContext context, string name) =>
        await context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"user":{"userId":"{{Me.Value}}","username":"ann","displayName":"Ann"},"sessionId":"1","accessToken":"secret-access-{{name}}","refreshToken":"secret-refresh-{{name}}","expiresIn":900}"""));

    public static async Task RefuseAsync(HttpContext context, int status, string code, int? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter?.ToString(CultureInfo.InvariantCulture);
        await context.Response.WriteAsync($$"""{"type":"x","title":"t","status":{{status}},"code":"{{code}}"}""");
    }

    /// <summary>Starts the client; its statuses are remembered from here on.</summary>
    public async Task StartClientAsync()
    {
        _following = Task.Run(async () =>
        {
            await foreach (var status in Client.Statuses(_stop.Token))
            {
                _statuses.Writer.TryWrite(status);
            }
        });
        await Client.StartAsync();
    }

    /// <summary>The next status of this kind.</summary>
    public async Task<ClientStatus> NextAsync(ClientState state)
    {
        while (true)
        {
            var status = await Wait.For(_statuses.Reader.ReadAsync().AsTask(), $"status {state}; now {Client.Status}");
            if (status.State == state)
            {
                return status;
            }
        }
    }

    /// <summary>Waits until the client waits before another connection, and lets that pause pass, by the clock once and no further.</summary>
    public async Task<ClientStatus> PassNextPauseAsync()
    {
        var waiting = await NextAsync(ClientState.Waiting);
        Clock.Advance(waiting.RetryIn!.Value);
        return waiting;
    }

    /// <summary>Waits until a call waits for so long before it is made again, and lets that pause pass.</summary>
    public async Task PassPauseAsync(TimeSpan pause)
    {
        await PauseBeginsAsync(pause);
        Clock.Advance(pause);
    }

    /// <summary>Waits until a call waits for so long before it is made again.</summary>
    public Task PauseBeginsAsync(TimeSpan pause) => Wait.Until(() => Clock.HasTimerDueIn(pause), () => $"pause of {pause}");

    public Task OnlineAsync() => Wait.For(Client.WaitForOnlineAsync(), $"connection; now {Client.Status}");

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _stop.Dispose();
        Store.Dispose();
        _faults.ShouldBeEmpty("the server's scripts");
    }

    private static async Task GuardAsync(Func<Task> play, ConcurrentQueue<string> faults)
    {
        try
        {
            await play();
        }
        catch (ShouldAssertException ex)
        {
            faults.Enqueue(ex.Message);
        }
    }
}
