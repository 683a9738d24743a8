using System.Collections.Concurrent;
using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// A user of <see cref="ChatClient"/>, who follows rooms in both ways that there are and sends to them, and notes what the client said:
/// every event as it was given out, and of every send how it ended.
/// </summary>
internal sealed class ClientPerson : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RoomId, List<RoomEvent>> _byRoom = [];
    private readonly Dictionary<RoomId, List<RoomEvent>> _ofAll = [];
    private readonly CancellationTokenSource _enough = new();
    private readonly List<Task> _following = [];
    private int _sent;

    private ClientPerson(ChatClient client, string name) => (Client, Name) = (client, name);

    public ChatClient Client { get; }

    public string Name { get; }

    /// <summary>The sends that were acknowledged, by their text.</summary>
    public ConcurrentDictionary<string, SendAck> Acked { get; } = new(StringComparer.Ordinal);

    /// <summary>The sends that failed, by their text.</summary>
    public ConcurrentDictionary<string, SendFailedException> Failed { get; } = new(StringComparer.Ordinal);

    /// <summary>Signs up. The client takes a few seconds of silence for the end of a connection.</summary>
    public static async Task<(ClientPerson Person, UserId Id)> RegisterAsync(Uri server, string name, TimeSpan sendTimeout)
    {
        var client = new ChatClient(new()
        {
            Server = server,
            SendTimeout = sendTimeout,
            ServerTimeout = TimeSpan.FromSeconds(3),
            KeepAlive = TimeSpan.FromSeconds(0.5),
            ConnectTimeout = TimeSpan.FromSeconds(3),
            RequestTimeout = TimeSpan.FromSeconds(10),
            FirstBackoff = TimeSpan.FromMilliseconds(50),
            LongestBackoff = TimeSpan.FromSeconds(1),

            // Fewer than come in an outage: what the buffer cannot hold is fetched.
            BufferedEvents = 16,
        });
        var tokens = await client.RegisterAsync(new(name, TestUser.Password, Device: "client"));
        return (new ClientPerson(client, name), tokens.UserId);
    }

    /// <summary>Starts the client and follows these rooms from their beginning.</summary>
    public async Task StartAsync(IReadOnlyList<RoomId> rooms)
    {
        await Client.StartAsync();
        _following.Add(FollowAllAsync(rooms.ToDictionary(r => r, _ => 0L)));
        _following.AddRange(rooms.Select(FollowAsync));
        await Wait.For(Client.WaitForOnlineAsync(), $"connection of {Name}; it is {Client.Status}");
    }

    /// <summary>Sends one after another, to rooms at random, until it is told to stop, and notes how each one ended.</summary>
    public async Task SendAsync(IReadOnlyList<RoomId> rooms, Random random, Action acked, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await SayAsync(rooms[random.Next(rooms.Count)]))
            {
                acked();
            }
        }
    }

    /// <summary>Sends a message with a text of its own; answers whether it was acknowledged.</summary>
    public async Task<bool> SayAsync(RoomId room)
    {
        var text = $"{Name} says {Interlocked.Increment(ref _sent)}";
        try
        {
            Acked[text] = await Client.SendAsync(room, text);
            return true;
        }
        catch (SendFailedException ex)
        {
            Failed[text] = ex;
            return false;
        }
    }

    /// <summary>Waits until both ways have given out a room's event of that seq.</summary>
    public Task UntilAsync(RoomId room, long seq) => Wait.Until(
        async () =>
        {
            // One that failed would never get there.
            await (_following.Find(f => f.IsFaulted) ?? Task.CompletedTask);
            return LastOf(_byRoom, room) >= seq && LastOf(_ofAll, room) >= seq;
        },
        () => $"event {seq} of room {room} at {Name}, who has {LastOf(_byRoom, room)} of it and {LastOf(_ofAll, room)} among all, and is {Client.Status}");

    /// <summary>Checks that both ways gave out exactly this log, and then at most what came after it.</summary>
    public void SawExactly(RoomId room, IReadOnlyList<RoomEvent> log, string context)
    {
        lock (_gate)
        {
            foreach (var (way, seen) in new[] { ("the room", _byRoom[room]), ("all rooms", _ofAll[room]) })
            {
                seen.Take(log.Count).Select(Essence).ShouldBe(log.Select(Essence), $"events of {way} at {Name}; {context}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Client.DisposeAsync();
        _enough.Dispose();
    }

    private static (long, EventKind, string?, string?) Essence(RoomEvent e) => (e.Seq, e.Kind, e.Message?.ClientId, e.Message?.Text);

    private async Task FollowAsync(RoomId room)
    {
        await foreach (var roomEvent in Client.Events(room, 0, _enough.Token))
        {
            Note(_byRoom, room, roomEvent);
        }
    }

    private async Task FollowAllAsync(Dictionary<RoomId, long> cursors)
    {
        await foreach (var (room, roomEvent) in Client.AllEvents(cursors, _enough.Token))
        {
            Note(_ofAll, room, roomEvent);
        }
    }

    private void Note(Dictionary<RoomId, List<RoomEvent>> seen, RoomId room, RoomEvent roomEvent)
    {
        lock (_gate)
        {
            if (!seen.TryGetValue(room, out var events))
            {
                seen.Add(room, events = []);
            }

            events.Add(roomEvent);
        }
    }

    private long LastOf(Dictionary<RoomId, List<RoomEvent>> seen, RoomId room)
    {
        lock (_gate)
        {
            return seen.TryGetValue(room, out var events) ? events[^1].Seq : 0;
        }
    }
}
