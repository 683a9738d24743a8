namespace Chat.Client;

/// <summary>A call of <see cref="ChatClient"/> did not succeed, and trying on makes no sense or took too long.</summary>
public class CallFailedException : ChatException
{
    /// <summary><see cref="ChatException.Code"/> when the server has not answered within <see cref="ChatClientOptions.SendTimeout"/>.</summary>
    public const string NoAnswer = "client.no_answer";

    /// <summary><see cref="ChatException.Code"/> when the client has ended; the inner exception says why.</summary>
    public const string ClientEnded = "client.ended";

    internal CallFailedException(string code, bool outcomeUnknown, Exception? inner)
        : base(code, Describe(code, outcomeUnknown, inner), inner) => OutcomeUnknown = outcomeUnknown;

    /// <summary>
    /// Whether the call may have taken effect all the same: an answer to it was lost. When false, it has not and will not.
    /// </summary>
    public bool OutcomeUnknown { get; }

    private static string Describe(string code, bool outcomeUnknown, Exception? inner) =>
        $"{code}: {inner?.Message ?? "No answer in time."}"
        + (outcomeUnknown ? " Whether the call took effect is not known." : " The call took no effect.");
}

/// <summary>A message was not sent, or nobody knows: <see cref="CallFailedException.OutcomeUnknown"/> tells.</summary>
public sealed class SendFailedException : CallFailedException
{
    internal SendFailedException(CallFailedException failed, string clientId)
        : base(failed.Code, failed.OutcomeUnknown, failed.InnerException) => ClientId = clientId;

    /// <summary>The message's own key. Sending it again under the same one can never make two messages of it.</summary>
    public string ClientId { get; }
}
