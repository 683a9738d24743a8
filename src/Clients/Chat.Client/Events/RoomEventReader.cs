using Chat.Contracts;

namespace Chat.Client;

/// <summary>Reads one room, until the user loses it.</summary>
internal sealed class RoomEventReader(
    IEventSource source, EventReaders readers, UserId me, int bound, RoomId room, long? after)
    : EventReader(source, readers, me, bound)
{
    protected override bool IsOver
    {
        get
        {
            lock (Gate)
            {
                return Find(room) is { IsLost: true };
            }
        }
    }

    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        var cursor = after ?? await Source.LastSeqAsync(room, cancellationToken);
        lock (Gate)
        {
            Place(room, cursor);
        }
    }

    protected override RoomReading? Accept(RoomId room, IReadOnlyList<RoomEvent> events) => Find(room);

    // Who was let in before has lost the room; who never was has to know.
    protected override bool IsLoss(RoomReading reading) => reading.WasRead;
}
