using Chat.Contracts;

namespace Chat.Client;

/// <summary>
/// Where readers fetch from. Each call goes on trying, over lost connections, until it is answered, refused for good
/// (<see cref="ChatException"/>), cancelled, or the client has ended (<see cref="ClientEndedException"/>).
/// </summary>
internal interface IEventSource
{
    /// <summary>Seq of the last event of a room, read while a connection is up.</summary>
    Task<long> LastSeqAsync(RoomId room, CancellationToken cancellationToken);

    /// <summary>All rooms of the user, read while a connection is up.</summary>
    Task<IReadOnlyList<RoomListItem>> RoomsAsync(CancellationToken cancellationToken);

    /// <summary>What follows these cursors, at most 500 of them.</summary>
    Task<List<SyncResult>> SyncAsync(Dictionary<RoomId, long> cursors, CancellationToken cancellationToken);

    /// <summary>Waits before something that led nowhere is tried again.</summary>
    Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken);

    /// <summary>A new measure of growing pauses.</summary>
    Backoff NewBackoff();

    /// <exception cref="ClientEndedException">The client has ended.</exception>
    void ThrowIfEnded();
}
