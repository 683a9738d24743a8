using Chat.Contracts;

namespace Chat.Client;

/// <summary>The server answered a REST call with an error.</summary>
public sealed class ChatApiException : Exception
{
    /// <summary>Code of an answer that carries none, as a proxy's.</summary>
    public const string NoCode = "server.internal";

    internal ChatApiException(int status, string? code, string? detail, TimeSpan? retryAfter)
        : base($"{status} {code ?? NoCode}: {detail ?? "no detail"}")
    {
        Status = status;
        Code = code ?? NoCode;
        Detail = detail;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The stable code, as it came.</summary>
    public string Code { get; }

    /// <summary>What the server says about this occurrence, for people; null when it says nothing.</summary>
    public string? Detail { get; }

    /// <summary>The code's row in the table; <see cref="ErrorCode.ServerInternal"/> for one that this build does not know.</summary>
    public ErrorCode ErrorCode => ErrorCode.Find(Code);

    /// <summary>When trying again makes sense; null when the server did not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
