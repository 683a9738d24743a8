namespace Chat.Client;

/// <summary>The server answered a REST call with an error.</summary>
public sealed class ChatApiException : ChatException
{
    /// <summary>Code of an answer that carries none, as a proxy's.</summary>
    public const string NoCode = "server.internal";

    internal ChatApiException(int status, string? code, string? detail, TimeSpan? retryAfter)
        : base(code ?? NoCode, $"{status} {code ?? NoCode}: {detail ?? "no detail"}")
    {
        Status = status;
        Detail = detail;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What the server says about this occurrence, for people; null when it says nothing.</summary>
    public string? Detail { get; }

    /// <summary>When trying again makes sense; null when the server did not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
