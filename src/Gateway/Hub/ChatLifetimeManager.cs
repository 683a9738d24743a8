using Microsoft.AspNetCore.SignalR;

namespace Chat.Gateway.Hub;

/// <summary>
/// Opens a connection's way out when its handshake has been answered: feeds write shared frames to its context. Groups and sends of the base
/// class are not used: who gets what is decided by the feeds.
/// </summary>
internal sealed class ChatLifetimeManager(ILogger<DefaultHubLifetimeManager<ChatHub>> logger) : DefaultHubLifetimeManager<ChatHub>(logger)
{
    /// <inheritdoc />
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Get<LiveConnection>()?.Open(connection);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDisconnectedAsync(HubConnectionContext connection) => Task.CompletedTask;
}
