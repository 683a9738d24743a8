using Chat.Contracts;

namespace Chat.Gateway.Feeds;

/// <summary>A connection as a feed sees it. Compared by reference.</summary>
internal interface IFeedConnection
{
    /// <summary>Whose connection it is.</summary>
    UserId User { get; }

    /// <summary>Notes that the connection is attached to a room's feed; false when it is closed, and then it must not be attached.</summary>
    bool TryEnter(RoomId room);

    /// <summary>Queues a frame. Never blocks. False, and nothing queued, when the connection does not keep up.</summary>
    bool TrySend(Frame frame);

    /// <summary>Queues a frame that must not be dropped; callers bound how many there can be.</summary>
    void Send(Frame frame);

    /// <summary>Queues a frame only if nothing waits: for what is worthless when late (typing).</summary>
    void SendIfIdle(Frame frame);
}
