using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Hub;

/// <summary>
/// SignalR's JSON hub protocol with the contract's JSON form, and with a code for what a client got wrong: SignalR's own answer to a bad
/// frame or bad arguments names no reason. See the protocol page, github.com/dotnet/aspnetcore, src/SignalR/docs/specs/HubProtocol.md.
/// </summary>
internal sealed class ChatHubProtocol : IHubProtocol
{
    private static readonly HubException BadArguments = new(
        new Refusal(ErrorCode.RequestInvalid, "The method or its arguments are not those of the contract.").ToHubMessage());

    private readonly JsonHubProtocol _inner;
    private readonly int _frameBytes;

    public ChatHubProtocol(IOptions<ChatLimits> limits)
    {
        var options = new JsonHubProtocolOptions();
        ChatJson.Configure(options.PayloadSerializerOptions);
        _inner = new JsonHubProtocol(Options.Create(options));
        _frameBytes = limits.Value.HubFrameBytes;
    }

    /// <inheritdoc />
    public string Name => _inner.Name;

    /// <inheritdoc />
    public int Version => _inner.Version;

    /// <inheritdoc />
    public TransferFormat TransferFormat => _inner.TransferFormat;

    /// <inheritdoc />
    public bool IsVersionSupported(int version) => _inner.IsVersionSupported(version);

    /// <inheritdoc />
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var length = input.Length;
        bool parsed;
        try
        {
            parsed = _inner.TryParseMessage(ref input, binder, out message);
        }
        catch (Exception ex) when (ex is not HubException)
        {
            throw new HubException(
                new Refusal(ErrorCode.RequestInvalid, "The frame is not a message of the JSON hub protocol.").ToHubMessage(), ex);
        }

        if (!parsed && input.Length < length)
        {
            // A message of a type that is not known here, to be passed over. Saying that there was none would leave it at the front of the
            // connection's input, in the way of all that follow.
            message = PingMessage.Instance;
            return true;
        }

        if (!parsed || message is null)
        {
            // SignalR shows at most so many bytes at a time: a frame that does not end within them is too large.
            if (input.Length >= _frameBytes)
            {
                throw new HubException(
                    new Refusal(ErrorCode.RequestTooLarge, $"A frame has at most {_frameBytes} bytes.").ToHubMessage());
            }

            return false;
        }

        if (message is InvocationBindingFailureMessage failure)
        {
            message = new InvocationBindingFailureMessage(
                failure.InvocationId, failure.Target, ExceptionDispatchInfo.Capture(BadArguments));
        }

        return true;
    }

    /// <inheritdoc />
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _inner.WriteMessage(message, output);

    /// <inheritdoc />
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _inner.GetMessageBytes(message);
}
