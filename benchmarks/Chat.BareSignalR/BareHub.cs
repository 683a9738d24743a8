using System.Collections.Concurrent;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.BareSignalR;

/// <summary>A broadcast as SignalR's documentation shows it, with the contract's payload.</summary>
internal sealed class BareHub(BareRooms rooms, TimeProvider time) : Hub
{
    private static readonly UserId Author = new(7301444403200000001);

    /// <summary>The room is named in the query, since there is no membership here.</summary>
    public override Task OnConnectedAsync() =>
        Context.GetHttpContext()?.Request.Query["room"] is [{ } room]
            ? Groups.AddToGroupAsync(Context.ConnectionId, room)
            : Task.CompletedTask;

    /// <summary>Gives the event to everybody in the group, then answers, as the product does.</summary>
    public async Task<SendAck> Send(RoomId room, SendRequest message)
    {
        var seq = rooms.Next(room);
        var at = time.GetUtcNow();
        var id = new MessageId(7301444403200000001 + seq);
        var said = new RoomEvent
        {
            Seq = seq,
            Kind = EventKind.Message,
            At = at,
            By = Author,
            Message = new Message { Id = id, Seq = seq, By = Author, At = at, Text = message.Text!, ClientId = message.ClientId! },
        };
        await Clients.Group(room.ToString()).SendAsync("events", room, new[] { said }, Context.ConnectionAborted);
        return new SendAck(room, seq, id, at);
    }
}

/// <summary>Counts the messages of each room.</summary>
internal sealed class BareRooms
{
    private readonly ConcurrentDictionary<RoomId, Counter> _rooms = new();

    public long Next(RoomId room) => _rooms.GetOrAdd(room, static _ => new Counter()).Next();

    private sealed class Counter
    {
        private long _value;

        public long Next() => Interlocked.Increment(ref _value);
    }
}
