using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Feeds;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>
/// Lets connections in, before the hub answers their handshake. So a client that was told it is connected misses nothing that happens from
/// then on: it is attached to its rooms already, and a session that ends from then on says goodbye.
/// </summary>
internal sealed class Admission(
    LiveConnections connections, SessionGate sessions, IOptions<FeedOptions> options, TimeProvider clock, ILogger<LiveConnection> logger)
{
    /// <summary>Runs a connection to its end, with an <see cref="Outcome"/> among its features, and a <see cref="LiveConnection"/> if it is in.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate hub)
    {
        if (Caller.Of(connection.Features.Get<IConnectionUserFeature>()?.User) is not { } caller)
        {
            await hub(connection);
            return;
        }

        var live = new LiveConnection(connection, caller.UserId, caller.SessionId, options.Value, clock, logger);
        try
        {
            var refused = connections.ConnectAsync(
                live, () => sessions.IsLiveAsync(live.User, live.Session, connection.ConnectionClosed).AsTask());
            await ((Task)refused).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection.Features.Set(new Outcome(refused));
            if (refused is { IsCompletedSuccessfully: true, Result: null })
            {
                connection.Features.Set(live);
            }

            await hub(connection);
        }
        finally
        {
            connections.Disconnect(live);
        }
    }

    /// <summary>How letting a connection in ended. The hub tells the client, once there is one that listens.</summary>
    /// <param name="Refused">Why it is not in; null when it is.</param>
    internal sealed record Outcome(Task<Refusal?> Refused);
}
