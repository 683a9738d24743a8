using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Feeds;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>
/// Lets connections in, before the hub answers their handshake. So a client that was told it is connected misses nothing that happens from
/// then on: it is attached to its rooms already, and a session that ends from then on says goodbye.
/// </summary>
internal sealed partial class Admission(
    LiveConnections connections,
    SessionGate sessions,
    IOptions<FeedOptions> options,
    TimeProvider clock,
    ILogger<LiveConnection> liveLogger,
    ILogger<Admission> logger)
{
    /// <summary>Runs a connection to its end, with a <see cref="LiveConnection"/> or a <see cref="Refusal"/> among its features.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate hub)
    {
        if (Caller.Of(connection.Features.Get<IConnectionUserFeature>()?.User) is not { } caller)
        {
            connection.Features.Set(new Refusal(ErrorCode.AuthInvalid, ErrorCode.AuthInvalid.Title + "."));
            await hub(connection);
            return;
        }

        var live = new LiveConnection(connection, caller.UserId, caller.SessionId, options.Value, clock, liveLogger);
        try
        {
            if (await AdmitAsync(live, connection.ConnectionClosed) is { } refused)
            {
                connection.Features.Set(refused);
            }
            else
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

    private async Task<Refusal?> AdmitAsync(LiveConnection live, CancellationToken closed)
    {
        try
        {
            return await connections.ConnectAsync(live, () => sessions.IsLiveAsync(live.User, live.Session, closed).AsTask());
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            return new Refusal(ErrorCode.ServerBusy, ErrorCode.ServerBusy.Title + ".");
        }
        catch (Exception ex)
        {
            var refusal = FaultEdge.ToRefusal(ex);
            if (refusal.Code == ErrorCode.ServerInternal)
            {
                Log.Failed(logger, ex);
            }
            else
            {
                Log.Unavailable(logger, refusal.Code.Code, ex);
            }

            return refusal;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A connection could not be let in")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "A connection could not be let in now: {Code}")]
        public static partial void Unavailable(ILogger logger, string code, Exception exception);
    }
}
