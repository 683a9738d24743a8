using System.Runtime.CompilerServices;
using Chat.Contracts;

namespace Chat.Client;

/// <content>What comes from the server.</content>
public sealed partial class ChatClient
{
    /// <summary>
    /// The events of a room: each once, in seq order, without gaps, through lost connections and restarts of either side. Enumerations are
    /// independent of each other, and one that is slow harms no other: what it cannot hold it fetches when it gets there. Ends after the
    /// last event when the user leaves the room, or is removed or banned.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="after">
    /// Seq of the last event that was handled, 0 for the log's beginning. Keep it and come back with it: events follow from there. When it is
    /// null, events follow from the end of the log when the enumeration begins.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">The client was not started.</exception>
    /// <exception cref="LogResetException">The log cannot be continued from the cursor.</exception>
    /// <exception cref="ChatException">The user is not in the room (<c>room.not_found</c>, <c>room.forbidden</c>).</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public async IAsyncEnumerable<RoomEvent> Events(
        RoomId room, long? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (after < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(after), after, "A cursor is the seq of an event, or 0.");
        }

        var reader = new RoomEventReader(_source, _readers, User(), _options.BufferedEvents, room, after);
        await foreach (var (_, roomEvent) in reader.ReadAsync(cancellationToken))
        {
            yield return roomEvent;
        }
    }

    /// <summary>
    /// The events of all rooms of the user, also of rooms that come later: of each room once, in seq order, without gaps; between rooms in no
    /// order. A room that is lost ends silently after its last event; gained again, it goes on after that one.
    /// </summary>
    /// <param name="cursors">
    /// Seq of the last event that was handled, by room. A room that is not named begins at the end of its log when the enumeration
    /// begins; one that comes later, at its join, or at the user's read mark when it came while there was no connection.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">The client was not started.</exception>
    /// <exception cref="LogResetException">A log cannot be continued from its cursor.</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public IAsyncEnumerable<(RoomId Room, RoomEvent Event)> AllEvents(
        IReadOnlyDictionary<RoomId, long>? cursors = null, CancellationToken cancellationToken = default)
    {
        // As they are now: a caller who moves them on in the same dictionary must not move the beginnings.
        var beginnings = cursors?.ToDictionary(c => c.Key, c => c.Value) ?? [];
        return ReadAsync(cancellationToken);

        async IAsyncEnumerable<(RoomId, RoomEvent)> ReadAsync([EnumeratorCancellation] CancellationToken token)
        {
            var reader = new AllEventsReader(_source, _readers, User(), _options.BufferedEvents, beginnings);
            await foreach (var next in reader.ReadAsync(token))
            {
                yield return next;
            }
        }
    }

    /// <summary>
    /// What is pushed and is no part of a log, from now on: <see cref="TypingPush"/>, <see cref="ReadPush"/>, <see cref="PresencePush"/>,
    /// <see cref="RoomsPush"/>, <see cref="NotifyPush"/>. Hints only: they are lost with the connection, and dropped, the oldest first, when
    /// the consumer does not keep up. The lists and marks that they speak of can be fetched.
    /// </summary>
    /// <exception cref="InvalidOperationException">The client was not started.</exception>
    /// <exception cref="ClientEndedException">The client has ended.</exception>
    public IAsyncEnumerable<HubPush> HintsAsync(CancellationToken cancellationToken = default)
    {
        _ = User();
        return _hints.ListenAsync(cancellationToken);
    }

    private UserId User() => _user ?? throw new InvalidOperationException("Start the client first.");
}
