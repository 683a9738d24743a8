using System.Text.Json;
using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli;

/// <summary>The one table from faults to what the program says and ends with.</summary>
internal static class Faults
{
    private const string SessionOver = "the session is over; sign in again with: chat login";

    /// <summary>What a fault means to whoever ran the command.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="key">With which <c>--client-id</c> the command would send the same again; null for the message's own.</param>
    public static CliException Translate(Exception fault, string? key = null) => fault switch
    {
        CliException known => known,
        SendFailedException send => Unsent(send, key ?? send.ClientId),
        ChatApiException { Code: not ChatApiException.NoCode } api => Refused(api.Code, api.Status, api.Detail, api),
        ChatApiException api => Odd(api),
        HubCallException call => Refused(call.Code, ErrorCode.Find(call.Code).Status, call.Message, call),
        ClientEndedException or HubConnectionException { Status: 401 } => new(ExitCode.SignedOut, ErrorCode.AuthInvalid.Code, SessionOver, fault),
        HubConnectionException => new(ExitCode.Unreachable, CliCodes.Unreachable, fault.Message, fault),
        HttpRequestException => new(ExitCode.Unreachable, CliCodes.Unreachable, $"the server was not reached: {Innermost(fault)}", fault),
        // HttpClient's own time-out comes as a cancellation.
        TimeoutException or OperationCanceledException { InnerException: TimeoutException } =>
            new(ExitCode.Unreachable, CliCodes.Timeout, "the server did not answer in time; --timeout lets it take longer", fault),
        JsonException => NoServer(fault),
        _ => new(ExitCode.Unexpected, CliCodes.Failed, Innermost(fault), fault),
    };

    /// <summary>What became of a message: what was in its way last, and how to send it again where it may have arrived.</summary>
    private static CliException Unsent(SendFailedException send, string key)
    {
        var last = Translate(send.InnerException ?? new TimeoutException());
        return send.OutcomeUnknown && last.Exit is ExitCode.Unreachable
            ? new(last.Exit, last.Code, $"{last.Advice}; it may have been sent: to make sure, send the same again with --client-id {key}", send)
            : last;
    }

    private static CliException Refused(string code, int status, string? detail, Exception fault)
    {
        var known = ErrorCode.Find(code);
        var retryable = known.Code == code ? known.Retryable : status is 429 or >= 500;
        var exit = status switch
        {
            401 => ExitCode.SignedOut,
            _ when retryable => ExitCode.Unreachable,
            404 => ExitCode.NotFound,
            _ => ExitCode.Refused,
        };
        return new(exit, code, exit is ExitCode.SignedOut ? SessionOver : detail ?? known.Title, fault);
    }

    /// <summary>An answer without a code: not from a chat server, but perhaps from a proxy before one that is away.</summary>
    private static CliException Odd(ChatApiException fault) => fault.Status switch
    {
        500 => Refused(fault.Code, fault.Status, fault.Detail, fault),
        502 or 503 or 504 => new(ExitCode.Unreachable, CliCodes.Unreachable, $"a proxy answered {fault.Status} for the server", fault),
        _ => NoServer(fault),
    };

    private static CliException NoServer(Exception fault) =>
        new(ExitCode.Unexpected, CliCodes.NoServer, $"what answers is no chat server; check its address ({fault.Message})", fault);

    private static string Innermost(Exception fault) => fault.GetBaseException().Message;
}
