using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Tests;

/// <summary>
/// A server on a free loopback port: <c>/hubs/chat</c> is played by a script over the raw WebSocket or by a real SignalR hub, and
/// everything else by a request handler.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single() + "/");

    public static Task<ScriptedServer> WithSocket(Func<Peer, Task> script) => StartAsync(app =>
    {
        app.UseWebSockets();
        app.Map("/hubs/chat", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await script(new Peer(socket, context.Request.Query["access_token"].ToString()));
        });
    });

    /// <summary>Each connection has its script, by its number from 1 on; one that has none is refused.</summary>
    public static Task<ScriptedServer> WithConnections(Func<int, Func<Peer, Task>?> script, RequestDelegate rest, int refusal = 503) => StartAsync(app =>
    {
        var connections = 0;
        app.UseWebSockets();
        app.Map("/hubs/chat", async context =>
        {
            if (script(Interlocked.Increment(ref connections)) is not { } play)
            {
                context.Response.StatusCode = refusal;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await play(new Peer(socket, context.Request.Query["access_token"].ToString()));
        });
        app.MapFallback("{*path}", rest);
    });

    public static Task<ScriptedServer> WithHub<THub>()
        where THub : Hub => StartAsync(app => app.MapHub<THub>("/hubs/chat"));

    public static Task<ScriptedServer> WithRest(RequestDelegate handler) => StartAsync(app => app.Run(handler));

    public Task<HubConnection> ConnectAsync(IHubListener listener, string token = "token", TimeProvider? clock = null) =>
        HubConnection.ConnectAsync(
            new() { Server = Address, AccessToken = token, Clock = clock ?? TimeProvider.System }, listener).WaitAsync(Wait.Limit);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<ScriptedServer> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSignalR().AddJsonProtocol(o => ChatJson.Configure(o.PayloadSerializerOptions));
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new ScriptedServer(app);
    }

    /// <summary>The server's end of a scripted connection.</summary>
    internal sealed class Peer(WebSocket socket, string token)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private string _left = "";

        public string Token => token;

        public WebSocket Socket => socket;

        /// <summary>The next message of the client, without its separator; null when it closes.</summary>
        public async Task<string?> NextAsync()
        {
            while (true)
            {
                var at = _left.IndexOf('\u001e', StringComparison.Ordinal);
                if (at >= 0)
                {
                    var message = _left[..at];
                    _left = _left[(at + 1)..];
                    return message == """{"type":7}""" ? null : message;
                }

                var read = await socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None);
                if (read.MessageType is WebSocketMessageType.Close)
                {
                    return null;
                }

                _left += Encoding.UTF8.GetString(_buffer, 0, read.Count);
            }
        }

        public async Task ShakeHandsAsync()
        {
            await NextAsync();
            await SendAsync("{}");
        }

        /// <summary>Shakes hands and answers the first call, by which a client learns that it is attached.</summary>
        public async Task AttachAsync()
        {
            await ShakeHandsAsync();
            var ping = await NextCallAsync();
            ping.ShouldNotBeNull().Target.ShouldBe("Ping");
            await AnswerAsync(ping, "\"2026-11-21T03:00:00.000Z\"");
        }

        /// <summary>The next call of the client; null when it closed.</summary>
        public async Task<Call?> NextCallAsync()
        {
            while (await NextAsync() is { } message)
            {
                using var json = JsonDocument.Parse(message);
                if (json.RootElement.GetProperty("type").GetInt32() == 1)
                {
                    return new Call(
                        json.RootElement.GetProperty("target").GetString()!,
                        json.RootElement.GetProperty("invocationId").GetString()!,
                        json.RootElement.GetProperty("arguments").GetRawText());
                }
            }

            return null;
        }

        public Task AnswerAsync(Call call, string result) =>
            SendAsync($$"""{"type":3,"invocationId":"{{call.Id}}","result":{{result}}}""");

        public Task RefuseAsync(Call call, string code) =>
            SendAsync($$"""{"type":3,"invocationId":"{{call.Id}}","error":"An unexpected error occurred. HubException: {{code}}: No."}""");

        public async Task ByeAsync(string reason)
        {
            await SendAsync($$"""{"type":1,"target":"bye","arguments":["{{reason}}"]}""", """{"type":7}""");
            await NextAsync();
        }

        /// <summary>Takes no part until the client goes.</summary>
        public async Task WaitForEndAsync()
        {
            while (await NextAsync() is not null)
            {
            }
        }

        /// <summary>Sends messages, each ended by the separator, in one frame.</summary>
        public Task SendAsync(params string[] messages) =>
            SendBytesAsync(Encoding.UTF8.GetBytes(string.Concat(messages.Select(m => m + "\u001e"))), endOfMessage: true);

        public Task SendBytesAsync(byte[] bytes, bool endOfMessage) =>
            socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage, CancellationToken.None);

        public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    /// <summary>A call as it came.</summary>
    internal sealed record Call(string Target, string Id, string Arguments);
}
