using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.State.Local;

/// <summary>
/// A reader that answers the first page of a room from what is remembered, when the room has not changed since. The facts always come from the
/// store, of one moment with the version that is compared, and with them which reactions are the reader's; so who is out sees nothing, and
/// nobody sees what is not so any more. All other reads go through.
/// </summary>
/// <param name="store">The store's reader.</param>
/// <param name="recent">What is remembered.</param>
public sealed class RecentRoomReader(IRoomReader store, IRecentMessages recent) : IRoomReader
{
    // Longer pages are read rarely, and would push out many others.
    private const int MostMessages = 100;

    /// <inheritdoc />
    public async Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
        RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default)
    {
        if (query is not { Before: null, After: null, Around: null, Thread: null, Limit: <= MostMessages })
        {
            return await store.ReadMessagesAsync(room, reader, query, cancellationToken);
        }

        if (await recent.FindAsync(room) is { } page && page.Covers(query.Limit))
        {
            var messages = page.Messages.Take(query.Limit).ToList();
            var own = await store.ReadOwnReactionsAsync(room, reader, messages.FindAll(message => message.Reactions.Count > 0), cancellationToken);
            if (own is null)
            {
                return null;
            }

            if (own.Head.Version == page.Version)
            {
                return new RoomRead<IReadOnlyList<Message>>(own.Head, own.Reader, SeenWith(own.Value, messages));
            }
        }

        var read = await store.ReadMessagesAsync(room, reader, query, cancellationToken);
        if (read is not null)
        {
            await recent.KeepAsync(room, new RecentPage(read.Head.Version, read.Value.Count < query.Limit, [.. read.Value.Select(SeenByNobody)]));
        }

        return read;
    }

    /// <inheritdoc />
    public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
        store.ReadMessageAsync(room, reader, seq, cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
        RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
        store.ReadEventsAsync(room, reader, after, limit, cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
        store.ReadPinsAsync(room, reader, cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
        RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
        store.ReadMembersAsync(room, reader, after, limit, cancellationToken);

    /// <inheritdoc />
    public Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
        RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default) =>
        store.ReadOwnReactionsAsync(room, reader, messages, cancellationToken);

    private static List<Message> SeenWith(IReadOnlyList<OwnReaction> own, List<Message> messages)
    {
        if (own.Count == 0)
        {
            return messages;
        }

        var mine = own.ToHashSet();
        return messages.ConvertAll(message => message.Reactions.Count == 0 ? message : message with
        {
            Reactions = [.. message.Reactions.Select(reaction => reaction with { Me = mine.Contains(new OwnReaction(message.Seq, reaction.Emoji)) })],
        });
    }

    private static Message SeenByNobody(Message message) => message.Reactions.Any(reaction => reaction.Me)
        ? message with { Reactions = [.. message.Reactions.Select(reaction => reaction with { Me = false })] }
        : message;
}
