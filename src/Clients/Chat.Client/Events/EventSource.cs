using Chat.Contracts;

namespace Chat.Client;

/// <inheritdoc />
internal sealed class EventSource(PersistentCalls calls, HubLink link, ChatClientOptions options) : IEventSource
{
    public Task<long> LastSeqAsync(RoomId room, CancellationToken cancellationToken) =>
        calls.RestAsync(async (api, token) => (await api.RoomAsync(room, token)).LastSeq, cancellationToken);

    public Task<IReadOnlyList<RoomListItem>> RoomsAsync(CancellationToken cancellationToken) =>
        calls.RestAsync((api, token) => api.AllRoomsAsync(token), cancellationToken);

    public Task<List<SyncResult>> SyncAsync(Dictionary<RoomId, long> cursors, CancellationToken cancellationToken) =>
        calls.HubAsync((connection, token) => connection.SyncAsync(cursors, token), cancellationToken);

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => link.PauseAsync(pause, cancellationToken);

    public Backoff NewBackoff() => options.NewBackoff();

    public void ThrowIfEnded() => link.ThrowIfEnded();
}
