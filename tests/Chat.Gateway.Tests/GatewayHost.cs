using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Gateway.Tests;

/// <summary>The whole server on a free port, with a clock that the test moves, the in-memory store, and a data folder of its own.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private readonly InMemoryStore? _store;
    private bool _disposed;

    private GatewayHost(WebApplication app, ManualTimeProvider clock, InMemoryStore? store, LogCollector logs, string folder, bool ownsFolder)
    {
        _app = app;
        _folder = folder;
        _ownsFolder = ownsFolder;
        Clock = clock;
        _store = store;
        Logs = logs;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = Address };
    }

    public ManualTimeProvider Clock { get; }

    public InMemoryStore Store => _store ?? throw new InvalidOperationException("This server keeps its data on disk.");

    public LogCollector Logs { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>A server with the in-memory store in a folder of its own.</summary>
    public static Task<GatewayHost> StartAsync(params string[] settings) => StartAsync(folder: null, clock: null, configure: null, settings);

    /// <summary>As <see cref="StartAsync(string[])"/>, with other services.</summary>
    public static Task<GatewayHost> StartWithAsync(Action<IServiceCollection> configure, params string[] settings) =>
        StartAsync(folder: null, clock: null, configure, settings);

    /// <summary>A server in a folder that outlives it, with the store that keeps its data there.</summary>
    public static Task<GatewayHost> StartInAsync(string folder, ManualTimeProvider clock, params string[] settings) =>
        StartAsync(folder, clock, configure: null, settings);

    private static async Task<GatewayHost> StartAsync(
        string? folder, ManualTimeProvider? clock, Action<IServiceCollection>? configure, string[] settings)
    {
        clock ??= NewClock();
        var logs = new LogCollector();
        var data = folder ?? Directory.CreateTempSubdirectory("chat-gateway-").FullName;
        InMemoryStore? store = null;
        var app = Program.Build(
            [
                "--urls=http://127.0.0.1:0", $"--Chat:DataDirectory={data}", "--Chat:Auth:PasswordIterations=1000",
                "--Chat:Ids:Lease=01:00:00", "--Chat:Ids:Renew=00:30:00", "--Logging:LogLevel:Default=Trace",
                "--Logging:LogLevel:Microsoft.AspNetCore=Trace", .. settings,
            ],
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(logs);
                builder.Services.AddSingleton<TimeProvider>(clock);
                store = folder is null ? builder.Services.AddInMemoryStorage() : null;
                configure?.Invoke(builder.Services);
            });
        await app.StartAsync();
        return new GatewayHost(app, clock, store, logs, data, folder is null);
    }

    /// <summary>A clock at a random instant after the epoch of ids.</summary>
    public static ManualTimeProvider NewClock() => new(
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(Random.Shared.NextInt64(10L * 365 * 24 * 3600 * 1000)));

    /// <summary>Sends one request with a JSON body.</summary>
    public async Task<Reply> SendAsync(HttpMethod method, string path, object? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(
                body as string ?? System.Text.Json.JsonSerializer.Serialize(body, System.Text.Json.JsonSerializerOptions.Web), Encoding.UTF8, "application/json");
        }

        return await Reply.ReadAsync(await Client.SendAsync(request));
    }

    public Task<Reply> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, body: null, token);

    public Task<Reply> PostAsync(string path, object? body = null, string? token = null) => SendAsync(HttpMethod.Post, path, body, token);

    /// <summary>Registers a user of a fresh name.</summary>
    public async Task<SignedIn> RegisterAsync(string? username = null)
    {
        username ??= $"u{Guid.NewGuid():n}"[..20];
        var reply = await PostAsync("/api/auth/register", new { username, password = SignedIn.Password });
        reply.Status.ShouldBe(201, reply.Text);
        return SignedIn.From(username, reply);
    }

    /// <summary>Makes a private room of these.</summary>
    public async Task<RoomId> MakeRoomAsync(SignedIn owner, params SignedIn[] others)
    {
        var made = await PostAsync("/api/rooms", new { kind = "private", name = "room", memberIds = others.Select(o => o.UserId) }, owner.Token);
        made.Status.ShouldBe(201, made.Text);
        return IdText.Parse<RoomId>(made.String("roomId"));
    }

    /// <summary>Sends a message, whose clientId is its text.</summary>
    public async Task SayAsync(RoomId room, SignedIn by, string text) =>
        (await PostAsync($"/api/rooms/{room}/messages", new { clientId = text, text }, by.Token)).Status.ShouldBe(201);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>What a test knows after signing in.</summary>
public sealed record SignedIn(string Username, string UserId, string SessionId, string Token, string RefreshToken)
{
    public const string Password = "correct horse battery";

    public static SignedIn From(string username, Reply reply) => new(
        username,
        reply.String("user.userId"),
        reply.String("sessionId"),
        reply.String("accessToken"),
        reply.String("refreshToken"));
}

/// <summary>An answer, read to its end.</summary>
public sealed record Reply(int Status, string? MediaType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer is null.");

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Reply((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(), response.Headers);
        }
    }

    public JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)Json, (node, name) => node?[name]);

    public string String(string path) => At(path)?.GetValue<string>() ?? throw new InvalidOperationException($"{path} is missing in {Text}");

    /// <summary>Is a problem answer of that status and code, and nothing but one.</summary>
    public void ShouldBeProblem(int status, string code)
    {
        Text.ShouldNotBeEmpty($"{status} {code} expected, but the answer of {Status} has no body");
        Status.ShouldBe(status, Text);
        MediaType.ShouldBe("application/problem+json", Text);
        String("code").ShouldBe(code);
        At("status")!.GetValue<int>().ShouldBe(status);
        String("title").ShouldNotBeEmpty();
        String("type").ShouldNotBeEmpty();
        if (status is 429 or 503)
        {
            Headers.RetryAfter?.Delta.ShouldNotBeNull("Retry-After is missing");
        }
    }
}

/// <summary>Everything that was logged, with scopes and exceptions.</summary>
public sealed class LogCollector : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Collector(LogCollector owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = new StringBuilder().Append(logLevel).Append(' ').Append(category).Append(": ").Append(formatter(state, exception)).Append(exception);
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                text.AppendJoin(';', values);
            }

            owner._scopes.ForEachScope((scope, builder) => builder.Append(" => ").Append(scope), text);
            owner.Lines.Enqueue(text.ToString());
        }
    }
}
