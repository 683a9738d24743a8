using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Faults;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Gateway.Hub;

/// <summary>The one place where faults of hub calls become answers: a code the client can act on, and one line in the log.</summary>
internal sealed partial class CallFilter(ILogger<CallFilter> logger) : IHubFilter
{
    /// <inheritdoc />
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception ex)
        {
            throw ToAnswer(invocationContext.HubMethodName, ex);
        }
    }

    /// <inheritdoc />
    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (Exception ex)
        {
            throw ToAnswer("Connecting", ex);
        }
    }

    private HubException ToAnswer(string what, Exception fault)
    {
        if (fault is HubException refused)
        {
            Log.Refused(logger, what, refused.Message);
            return refused;
        }

        var refusal = FaultEdge.ToRefusal(fault);
        if (refusal.Code == ErrorCode.ServerInternal)
        {
            Log.Failed(logger, what, fault);
        }
        else
        {
            Log.Unavailable(logger, what, refusal.Code.Code, fault);
        }

        return refusal.ToException();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Method} refused: {Reason}")]
        public static partial void Refused(ILogger logger, string method, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{Method} could not be carried out now: {Code}")]
        public static partial void Unavailable(ILogger logger, string method, string code, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "{Method} failed")]
        public static partial void Failed(ILogger logger, string method, Exception exception);
    }
}

/// <summary>Refusals as hub errors.</summary>
internal static class HubErrors
{
    public static HubException ToException(this Refusal refusal) => new(refusal.ToHubMessage());

    public static HubException ToException(this ErrorCode code) => code.ToRefusal().ToException();

    /// <summary>The value, or the refusal as the hub error that goes to the client.</summary>
    public static T OrThrow<T>(this Result<T> result) => result.IsOk ? result.Value : throw result.Refusal.ToException();
}
