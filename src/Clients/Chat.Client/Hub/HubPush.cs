using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>Something that the server pushed. One subtype for each server-to-client method of the contract.</summary>
public abstract record HubPush;

/// <summary>Events of one room, in seq order; each arrives once per connection.</summary>
public sealed record EventsPush(RoomId RoomId, IReadOnlyList<RoomEvent> Events) : HubPush;

/// <summary>A user's read mark moved.</summary>
public sealed record ReadPush(RoomId RoomId, UserId UserId, long Seq) : HubPush;

/// <summary>A user types.</summary>
public sealed record TypingPush(RoomId RoomId, UserId UserId) : HubPush;

/// <summary>The presence of a watched user changed.</summary>
public sealed record PresencePush(UserId UserId, PresenceState State, DateTimeOffset? LastSeen) : HubPush;

/// <summary>The user gained or lost a room.</summary>
public sealed record RoomsPush(RoomsChange Change) : HubPush;

/// <summary>A notification, as it came.</summary>
public sealed record NotifyPush(JsonElement Notification) : HubPush;

/// <summary>The server has stopped pushing this room after <paramref name="Seq"/>: call Sync.</summary>
public sealed record LaggingPush(RoomId RoomId, long Seq) : HubPush;

/// <summary>The server is about to close the connection.</summary>
public sealed record ByePush(string Reason) : HubPush;

/// <summary>
/// Hears a connection's pushes, one at a time, in the order in which the server sent them, on the connection's reading loop: nothing else
/// of that connection (answers to calls included) is read until a method returns, so never wait there.
/// </summary>
public interface IHubListener
{
    /// <summary>Takes a push.</summary>
    void Take(HubPush push);

    /// <summary>
    /// Offers a push before it is parsed; true means that it was taken here. For listeners that count or sample: parsing is most of what a
    /// push costs a client. The spans are valid during the call only.
    /// </summary>
    /// <param name="target">The method's name, UTF-8.</param>
    /// <param name="arguments">The JSON array of its arguments, UTF-8.</param>
    bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments) => false;
}

/// <summary>How a connection ended.</summary>
/// <param name="Bye">What the server's <c>bye</c> said; null when it said none.</param>
/// <param name="Error">The error of the server's close message; null when there was none.</param>
/// <param name="Fault">What broke the connection; null when either side closed it properly.</param>
public sealed record HubClose(string? Bye, string? Error, Exception? Fault)
{
    /// <inheritdoc />
    public override string ToString() => $"bye: {Bye ?? "none"}, close error: {Error ?? "none"}, fault: {Fault?.Message ?? "none"}";
}
