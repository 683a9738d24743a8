using System.Text;
using Chat.Contracts;

namespace Chat.Client;

/// <content>What goes to the server.</content>
public sealed partial class ChatClient
{
    // Escaped it may take six times as much, and a frame of the hub holds 64 KiB.
    private const int LargestTextOfHub = 8 * 1024;

    /// <summary>
    /// Sends a message. Goes on trying, under the same clientId, over lost connections and after refusals that may pass, until it is known
    /// what became of it or <see cref="ChatClientOptions.SendTimeout"/> is over. Sends, edits, deletions and reactions in one room take
    /// effect one at a time, in the order of the calls. Works without <see cref="StartAsync"/> too, over REST.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="text">The text.</param>
    /// <param name="replyTo">Seq of the message that this one answers.</param>
    /// <param name="thread">Seq of the message whose thread this one goes to.</param>
    /// <param name="clientId">
    /// The message's own key, 1 to 64 characters; a new one when null. Keep it with the message to send it again after a restart.
    /// </param>
    /// <param name="cancellationToken">Gives up; whether the message was sent is not known then.</param>
    /// <returns>The message is on the server's disk.</returns>
    /// <exception cref="SendFailedException">It was not sent, or that is not known.</exception>
    public async Task<SendAck> SendAsync(
        RoomId room,
        string text,
        long? replyTo = null,
        long? thread = null,
        string? clientId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var message = new SendRequest(clientId ?? Guid.NewGuid().ToString("N"), text, replyTo, thread);
        try
        {
            return await _calls.DecideAsync(
                room,
                FitsHub(text) ? (hub, token) => hub.SendAsync(room, message, token) : null,
                (api, token) => api.SendAsync(room, message, token),
                ProvesNotSent,
                cancellationToken);
        }
        catch (CallFailedException ex)
        {
            throw new SendFailedException(ex, message.ClientId!);
        }
    }

    /// <summary>Replaces the text of an own message, with the patience of <see cref="SendAsync"/>.</summary>
    /// <exception cref="CallFailedException">It was not replaced, or that is not known.</exception>
    public Task EditAsync(RoomId room, long seq, string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DecideAsync(
            room,
            FitsHub(text) ? (hub, token) => hub.EditAsync(room, seq, text, token) : null,
            (api, token) => api.EditAsync(room, seq, text, token),
            cancellationToken);
    }

    /// <summary>Deletes a message, with the patience of <see cref="SendAsync"/>.</summary>
    /// <exception cref="CallFailedException">It was not deleted, or that is not known.</exception>
    public Task DeleteAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        DecideAsync(
            room,
            (hub, token) => hub.DeleteAsync(room, seq, token),
            (api, token) => api.DeleteAsync(room, seq, token),
            cancellationToken);

    /// <summary>Sets or takes back a reaction, with the patience of <see cref="SendAsync"/>.</summary>
    /// <exception cref="CallFailedException">It was not set, or that is not known.</exception>
    public Task ReactAsync(RoomId room, long seq, string emoji, bool on, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(emoji);
        return DecideAsync(
            room,
            FitsHub(emoji) ? (hub, token) => hub.ReactAsync(room, seq, emoji, on, token) : null,
            (api, token) => api.ReactAsync(room, seq, emoji, on, token),
            cancellationToken);
    }

    /// <summary>Moves the own read mark forward, with the patience of <see cref="SendAsync"/> and in no order with other calls.</summary>
    /// <exception cref="CallFailedException">It was not moved, or that is not known.</exception>
    public Task<ReadState> MarkReadAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        _calls.DecideAsync(
            null,
            (hub, token) => hub.MarkReadAsync(room, seq, token),
            (api, token) => api.MarkReadAsync(room, seq, token),
            static _ => false,
            cancellationToken);

    /// <summary>Tells the others that this user types. A hint: not connected, or when the server is busy, nothing is told.</summary>
    /// <exception cref="HubCallException">The server refused for good.</exception>
    public async Task TypingAsync(RoomId room, CancellationToken cancellationToken = default)
    {
        try
        {
            await (_link.Connection?.TypingAsync(room, cancellationToken) ?? Task.CompletedTask);
        }
        catch (Exception ex) when (Transient.Is(ex, cancellationToken))
        {
            // Too late is as bad as not at all.
        }
    }

    /// <summary>
    /// Watches the presence of these users, at most 500, instead of those before. Changes come as <see cref="PresencePush"/> among the
    /// hints, and after each reconnect the state of all of them.
    /// </summary>
    /// <returns>Their presence now.</returns>
    /// <exception cref="InvalidOperationException">The client was not started.</exception>
    /// <exception cref="HubCallException">The server refused.</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public async Task<IReadOnlyList<PresenceInfo>> WatchAsync(IEnumerable<UserId> users, CancellationToken cancellationToken = default)
    {
        _ = User();
        _watched.Set(users);
        return await _calls.HubAsync(_watched.TellAsync, cancellationToken);
    }

    private static bool FitsHub(string text) => Encoding.UTF8.GetByteCount(text) <= LargestTextOfHub;

    // The server refuses so only after it has found no message of this clientId, or before it would ever take one.
    private static bool ProvesNotSent(ErrorCode code) =>
        code == ErrorCode.RoomMuted || code == ErrorCode.RoomArchived || code.Code.StartsWith("message.", StringComparison.Ordinal);

    private Task<bool> DecideAsync(
        RoomId room,
        Func<HubConnection, CancellationToken, Task>? hub,
        Func<ChatApi, CancellationToken, Task> rest,
        CancellationToken cancellationToken) =>
        _calls.DecideAsync(
            room,
            hub is null ? null : (connection, token) => Done(hub(connection, token)),
            (api, token) => Done(rest(api, token)),
            static _ => false,
            cancellationToken);

    private static async Task<bool> Done(Task call)
    {
        await call;
        return true;
    }
}
