using System.Collections.Concurrent;
using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// A user who sends without pause over the hub, several calls at a time, through the server's deaths: what was not acknowledged is sent again
/// under the same clientId before anything new.
/// </summary>
internal sealed class SendStorm(TestUser user, IReadOnlyList<RoomId> rooms, Random random)
{
    private const int AtATime = 6;

    private readonly Queue<(RoomId Room, SendRequest Message)> _unsure = new();
    private readonly Dictionary<string, int> _made = new(StringComparer.Ordinal);

    public TestUser User => user;

    /// <summary>
    /// What was acknowledged, by clientId, and as which message of this user. Acknowledgements of calls that were under way together may come in
    /// any order, and the first of two may be the one that is lost; their places in the log are those of the calls.
    /// </summary>
    public ConcurrentDictionary<string, (SendRequest Message, SendAck Ack, int Order)> Acked { get; } = new(StringComparer.Ordinal);

    /// <summary>Retried messages that the server had kept from the first time.</summary>
    public int Retried { get; private set; }

    /// <summary>Whether all that was sent so far has been acknowledged.</summary>
    public bool IsDone => _unsure.Count == 0;

    /// <summary>Sends until the connection ends or <paramref name="stop"/> says so; every answer moves <paramref name="acknowledged"/>.</summary>
    public async Task RunAsync(Action acknowledged, CancellationToken stop)
    {
        await using var connection = await user.ConnectAsync(new Deaf());
        var under = new List<(RoomId Room, SendRequest Message, Task<SendAck> Answer)>();
        try
        {
            while (!stop.IsCancellationRequested || _unsure.Count > 0)
            {
                while (under.Count < AtATime && (!stop.IsCancellationRequested || _unsure.Count > 0))
                {
                    var again = _unsure.TryPeek(out var next);
                    if (!again)
                    {
                        next = (rooms[random.Next(rooms.Count)], user.Message($"storm {random.Next()}"));
                        _made.Add(next.Message.ClientId!, _made.Count);
                    }

                    under.Add((next.Room, next.Message, connection.SendAsync(next.Room, next.Message, CancellationToken.None)));
                    if (again)
                    {
                        _unsure.Dequeue();
                        Retried++;
                    }
                }

                Note(under[0].Message, await under[0].Answer);
                under.RemoveAt(0);
                acknowledged();
            }

            foreach (var (_, message, answer) in under)
            {
                Note(message, await answer);
            }

            under.Clear();
        }
        catch (Exception ex) when (ex is HubConnectionException or HubCallException { ErrorCode.Retryable: true })
        {
            foreach (var (room, message, answer) in under)
            {
                try
                {
                    Note(message, await answer);
                }
                catch (Exception lost) when (lost is HubConnectionException or HubCallException { ErrorCode.Retryable: true })
                {
                    _unsure.Enqueue((room, message));
                }
            }

            if (ex is HubCallException)
            {
                throw;
            }
        }
    }

    private void Note(SendRequest message, SendAck ack)
    {
        if (!Acked.TryAdd(message.ClientId!, (message, ack, _made[message.ClientId!])))
        {
            throw new InvalidOperationException($"{message.ClientId} was acknowledged twice.");
        }
    }

    /// <summary>Hears nothing.</summary>
    internal sealed class Deaf : IHubListener
    {
        public void Take(HubPush push)
        {
        }

        public bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments) => true;
    }
}
