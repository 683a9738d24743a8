using Chat.Contracts;

namespace Chat.Client;

/// <summary>What is known of a call that is tried again and again. Not thread safe.</summary>
internal sealed class Decision
{
    private bool _isUnderWay;
    private bool _isUndecided;

    /// <summary>Whether one of the attempts may have taken effect.</summary>
    public bool IsOpen => _isUndecided || _isUnderWay;

    /// <summary>The last failure.</summary>
    public Exception? Last { get; private set; }

    /// <summary>The code of the last refusal; null when the last failure was none.</summary>
    public string? LastCode => (Last as ChatException)?.Code;

    /// <summary>An attempt begins.</summary>
    public void Begin() => _isUnderWay = true;

    /// <summary>The attempt was refused for good.</summary>
    public void Refused(ChatException refusal) => (_isUnderWay, Last) = (false, refusal);

    /// <summary>The attempt failed, for a reason that may pass.</summary>
    public void Failed(Exception failure)
    {
        _isUndecided |= _isUnderWay && LeavesOpen(failure);
        (_isUnderWay, Last) = (false, failure);
    }

    private static bool LeavesOpen(Exception failure) => failure switch
    {
        // As the contract says of codes.
        ChatException refusal => refusal.ErrorCode == ErrorCode.ServerInternal
            || refusal.ErrorCode == ErrorCode.StorageUnavailable
            || refusal.ErrorCode == ErrorCode.ServerBusy,
        HubConnectionException lost => !lost.IsNotSent,
        HttpRequestException unsent => unsent.HttpRequestError is not (HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError),
        _ => true,
    };
}
