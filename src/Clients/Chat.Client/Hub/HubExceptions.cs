namespace Chat.Client;

/// <summary>The server refused a hub call.</summary>
public sealed class HubCallException : ChatException
{
    /// <summary>Code of an error that names none: the server's fault, or a server that is not ours.</summary>
    public const string NoCode = "server.internal";

    private const string Marker = "HubException: ";

    internal HubCallException(string code, string message)
        : base(code, message)
    {
    }

    /// <inheritdoc />
    public override string ToString() => $"{Code}: {base.ToString()}";

    /// <summary>Reads the error of a completion: <c>code: text</c>, which SignalR's server puts behind words of its own.</summary>
    internal static HubCallException Parse(string error)
    {
        var marker = error.IndexOf(Marker, StringComparison.Ordinal);
        var said = marker < 0 ? error : error[(marker + Marker.Length)..];
        var colon = said.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && IsCode(said.AsSpan(0, colon)) ? new(said[..colon], said[(colon + 2)..]) : new(NoCode, error);
    }

    private static bool IsCode(ReadOnlySpan<char> text)
    {
        var dots = 0;
        foreach (var c in text)
        {
            dots += c is '.' ? 1 : 0;
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '.'))
            {
                return false;
            }
        }

        return dots > 0;
    }
}

/// <summary>The connection could not be made, or it ended with calls under way: whether those took effect is not known.</summary>
public sealed class HubConnectionException : Exception
{
    internal HubConnectionException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The HTTP status with which the server answered the upgrade; null when it did not come to that.</summary>
    public int? Status { get; internal init; }

    /// <summary>Whether the call never left, since the connection had ended before: it took no effect.</summary>
    public bool IsNotSent { get; internal init; }
}
