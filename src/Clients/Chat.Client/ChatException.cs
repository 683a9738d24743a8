using Chat.Contracts;

namespace Chat.Client;

/// <summary>A call did not succeed, for a reason that has a stable code.</summary>
public abstract class ChatException : Exception
{
    private protected ChatException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The stable code, as it came.</summary>
    public string Code { get; }

    /// <summary>The code's row in the table; <see cref="ErrorCode.ServerInternal"/> for one that this build does not know.</summary>
    public ErrorCode ErrorCode => ErrorCode.Find(Code);
}
