using Chat.Abstractions;
using Chat.Gateway.Feeds;
using Chat.Gateway.Hosting;
using Chat.Gateway.Presence;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>Puts the hub and the feeds into a host.</summary>
internal static class HubHosting
{
    /// <summary>Where the hub is.</summary>
    public const string Path = "/hubs/chat";

    // Sockets that take nothing for so long are closed; until then the connection lags and costs its queue.
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Adds the hub, the feeds and presence.</summary>
    public static void AddChatHub(this IServiceCollection services)
    {
        services.AddSignalR().AddHubOptions<ChatHub>(options =>
        {
            options.SupportedProtocols = ["json"];
            options.EnableDetailedErrors = false;
            options.KeepAliveInterval = TimeSpan.FromSeconds(15);
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(45);
            options.HandshakeTimeout = TimeSpan.FromSeconds(10);
            // Calls of one connection start in order and reach their room in order; a few may wait for the disk at once.
            options.MaximumParallelInvocationsPerClient = 8;
            options.AddFilter<CallFilter>();
        });
        services.AddOptions<HubOptions<ChatHub>>().Configure<IOptions<ChatLimits>>(
            (options, limits) => options.MaximumReceiveMessageSize = limits.Value.HubFrameBytes);

        // SignalR logs a client's mistakes as errors of the server; CallFilter logs what is worth knowing.
        services.Configure<LoggerFilterOptions>(options =>
        {
            options.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.SignalR.HubConnectionHandler", LogLevel.Critical, null));
            options.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Critical, null));
        });

        services.AddSingleton<ChatHubProtocol>();
        services.AddSingleton<IHubProtocol>(provider => provider.GetRequiredService<ChatHubProtocol>());
        services.AddSingleton<HubLifetimeManager<ChatHub>, ChatLifetimeManager>();
        services.AddSingleton<CallFilter>();
        services.AddSingleton<FeedMetrics>();
        services.AddSingleton<UserPresence>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<Admission>();
        services.AddSingleton<RoomSync>();
        services.AddSingleton<LiveService>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveService>());
        services.AddSingleton<LiveCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveCheck>());
        services.AddSingleton<IDrain>(provider => provider.GetRequiredService<LiveService>());
    }

    /// <summary>Puts the hub at its place, behind <see cref="Admission"/>. WebSockets only: the bounds on slow readers are theirs.</summary>
    public static IEndpointConventionBuilder MapChatHub(this IEndpointRouteBuilder routes) =>
        routes.MapConnections(
            Path,
            new HttpConnectionDispatcherOptions { Transports = HttpTransportType.WebSockets, TransportSendTimeout = SendTimeout },
            connection =>
            {
                var admission = connection.ApplicationServices.GetRequiredService<Admission>();
                connection.Use(hub => transport => admission.RunAsync(transport, hub));
                connection.UseHub<ChatHub>();
            }).RequireAuthorization();

    /// <summary>Begins and ends the live part with the host.</summary>
    private sealed class LiveService(LiveConnections connections) : IHostedService, IDrain
    {
        private IDisposable? _subscription;

        public async Task StartAsync(CancellationToken cancellationToken) => _subscription = await connections.StartAsync();

        public Task DrainAsync(CancellationToken cancellationToken) => connections.CloseAllAsync("server.stopping");

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _subscription?.Dispose();
            return Task.CompletedTask;
        }
    }
}
