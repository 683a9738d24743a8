using System.Globalization;
using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>Several people who send to a room over hub connections of their own.</summary>
internal sealed class Flood : IAsyncDisposable
{
    /// <summary>Sends under way on one connection: enough that the server's commits are full.</summary>
    private const int Window = 256;

    private readonly RoomId _room;
    private readonly IReadOnlyList<HubConnection> _senders;
    private int _sent;

    private Flood(RoomId room, IReadOnlyList<HubConnection> senders)
    {
        _room = room;
        _senders = senders;
    }

    /// <summary>Connects everybody.</summary>
    public static async Task<Flood> OfAsync(Uri server, RoomId room, params Person[] senders)
    {
        var connections = senders.Select(s => HubConnection.ConnectAsync(
            new() { Server = server, AccessToken = s.Session.AccessToken }, Deaf.Ears));
        return new Flood(room, await Task.WhenAll(connections));
    }

    /// <summary>Sends so many messages as fast as they are taken, numbered from 1 in about their order.</summary>
    public Task FillAsync(int count, Func<int, string> text)
    {
        var last = _sent + count;
        return Task.WhenAll(_senders.SelectMany(sender => Enumerable.Range(0, Window).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref _sent)) <= last;)
            {
                await SendAsync(sender, number, text);
            }
        })));
    }

    /// <summary>Sends at an even pace, one after another, each by the next sender, and answers their seqs.</summary>
    public async Task<IReadOnlyList<long>> PourAsync(int count, int perSecond, Func<int, string> text)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1d / perSecond), TimeProvider.System);
        var acknowledgements = new List<Task<SendAck>>();
        for (var i = 0; i < count; i++)
        {
            await pace.WaitForNextTickAsync();
            acknowledgements.Add(SendAsync(_senders[i % _senders.Count], ++_sent, text));
        }

        var acks = await Wait.For(Task.WhenAll(acknowledgements), "acknowledgement of every message");
        return [.. acks.Select(a => a.Seq).Order()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders)
        {
            await sender.DisposeAsync();
        }
    }

    private Task<SendAck> SendAsync(HubConnection sender, int number, Func<int, string> text) =>
        sender.SendAsync(_room, new(number.ToString(CultureInfo.InvariantCulture), text(number)));

    /// <summary>Throws away what the server pushes.</summary>
    private sealed class Deaf : IHubListener
    {
        public static readonly Deaf Ears = new();

        public void Take(HubPush push)
        {
        }

        public bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments) => true;
    }
}
