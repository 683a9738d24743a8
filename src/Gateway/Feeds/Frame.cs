using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Gateway.Feeds;

/// <summary>A hub message in its wire form, made once and shared by all connections that it goes to.</summary>
internal sealed class Frame
{
    private Frame(SerializedHubMessage message, int bytes)
    {
        Message = message;
        Bytes = bytes;
    }

    public SerializedHubMessage Message { get; }

    /// <summary>Length on the wire.</summary>
    public int Bytes { get; }

    public static Frame Of(IHubProtocol protocol, string target, params object?[] arguments)
    {
        var bytes = protocol.GetMessageBytes(new InvocationMessage(target, arguments));
        return new Frame(new SerializedHubMessage([new SerializedMessage(protocol.Name, bytes)]), bytes.Length);
    }
}
