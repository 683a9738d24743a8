using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Gateway.Faults;

/// <summary>
/// The edge of REST: every fault below it becomes a problem answer here and nowhere else, and every answer that the framework left without
/// a body (unknown address, wrong method, body of the wrong form) gets one.
/// </summary>
internal sealed partial class FaultEdge(RequestDelegate next, ILogger<FaultEdge> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            return;
        }
        catch (Exception e)
        {
            await AnswerAsync(http, e);
            return;
        }

        if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            await AnswerBareStatusAsync(http);
        }
    }

    /// <summary>The refusal that callers see for a fault; never with words of the fault itself.</summary>
    public static Refusal ToRefusal(Exception fault) => fault switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ErrorCode.RequestTooLarge.ToRefusal(),
        BadHttpRequestException or JsonException => new(ErrorCode.RequestInvalid, "The request could not be read."),
        StoreUnavailableException => ErrorCode.StorageUnavailable.ToRefusal(),
        TimeoutException or Orleans.Runtime.LimitExceededException => ErrorCode.ServerBusy.ToRefusal(),
        _ => ErrorCode.ServerInternal.ToRefusal(),
    };

    private async Task AnswerAsync(HttpContext http, Exception fault)
    {
        var refusal = ToRefusal(fault);
        if (refusal.Code == ErrorCode.ServerInternal)
        {
            Log.Failed(logger, http.Request.Method, http.Request.Path, fault);
        }
        else
        {
            Log.Refused(logger, http.Request.Method, http.Request.Path, refusal.Code.Code, fault);
        }

        if (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await Problems.WriteAsync(http, refusal);
    }

    private static Task AnswerBareStatusAsync(HttpContext http)
    {
        var status = http.Response.StatusCode;
        return status switch
        {
            401 => Problems.WriteAsync(http, ErrorCode.AuthInvalid),
            404 => Problems.WriteAsync(http, ErrorCode.RequestNotFound),
            405 => Problems.WriteAsync(http, ErrorCode.RequestMethodInvalid),
            413 => Problems.WriteAsync(http, ErrorCode.RequestTooLarge),
            415 => Problems.WriteAsync(http, ErrorCode.RequestMediaTypeInvalid),
            >= 500 => Problems.WriteAsync(http, ErrorCode.ServerInternal.ToRefusal(), status),
            _ => Problems.WriteAsync(http, new Refusal(ErrorCode.RequestInvalid, "The request is not of the form that this call takes."), status),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void Failed(ILogger logger, string method, string path, Exception exception);

        [LoggerMessage(2, LogLevel.Debug, "{Method} {Path} refused: {Code}.")]
        public static partial void Refused(ILogger logger, string method, string path, string code, Exception exception);
    }
}
