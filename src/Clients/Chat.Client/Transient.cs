namespace Chat.Client;

/// <summary>Tells what may pass by itself from what will not.</summary>
internal static class Transient
{
    /// <summary>Whether the same call may succeed later: the server was not reached, gave no answer in time, or said that it may.</summary>
    /// <param name="exception">What the call threw.</param>
    /// <param name="cancellationToken">The caller's; a cancellation of theirs is not transient.</param>
    public static bool Is(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        // By the status, since a proxy's answer has no code.
        ChatApiException refused => refused.Status is >= 500 or 408 or 429,

        // A code of tomorrow says nothing about trying again.
        ChatException refused => refused.ErrorCode.Retryable && refused.ErrorCode.Code == refused.Code,
        HubConnectionException or HttpRequestException or IOException => true,

        // HttpClient's way of saying that the server took too long.
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };
}
