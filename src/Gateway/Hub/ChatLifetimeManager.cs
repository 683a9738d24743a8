using Microsoft.AspNetCore.SignalR;

namespace Chat.Gateway.Hub;

/// <summary>
/// Hands the hub its connection's context, which is what feeds write shared frames to. Groups and sends of the base class are not used: who
/// gets what is decided by the feeds.
/// </summary>
internal sealed class ChatLifetimeManager(ILogger<DefaultHubLifetimeManager<ChatHub>> logger) : DefaultHubLifetimeManager<ChatHub>(logger)
{
    /// <inheritdoc />
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Set(connection);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDisconnectedAsync(HubConnectionContext connection) => Task.CompletedTask;
}
