using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>
/// Users who send without pause from all gateways, and users who follow, while something breaks. Senders whose gateway goes move to another
/// one; what was refused as retryable or not answered is sent again under the same clientId. Afterwards everything is held together.
/// </summary>
internal sealed class UnderFire : IAsyncDisposable
{
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private readonly Func<TestUser, int, Task> _move;
    private readonly int _gateways;
    private readonly int _seed;
    private readonly TestUser _reader;
    private readonly RoomId[] _rooms;
    private readonly SendStorm[] _storms;
    private readonly Follower[] _followers;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private long _acknowledged;

    private UnderFire(
        Func<TestUser, int, Task> move, int gateways, int seed, TestUser reader, RoomId[] rooms, TestUser[] senders, Follower[] followers)
    {
        (_move, _gateways, _seed, _reader, _rooms, _followers) = (move, gateways, seed, reader, rooms, followers);
        _storms = [.. senders.Select((user, i) => new SendStorm(user, rooms, new Random(seed + i)))];
        _sending = Task.WhenAll(_storms.Select((storm, i) => SendAsync(storm, new Random(seed + 1000 + i))));
    }

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public RoomId[] Rooms => _rooms;

    /// <summary>Starts the senders and followers.</summary>
    /// <param name="reader">A member of all rooms who does nothing.</param>
    /// <param name="senders">Where they begin.</param>
    /// <param name="listeners">Those who follow the first room.</param>
    /// <param name="gateways">How many gateways there are.</param>
    /// <param name="move">Takes a user to a gateway.</param>
    /// <param name="seed">Of all choices.</param>
    public static async Task<UnderFire> StartAsync(
        TestUser reader, TestUser[] senders, TestUser[] listeners, int gateways, Action<TestUser, int> move, int seed)
    {
        var rooms = new RoomId[3];
        for (var i = 0; i < rooms.Length; i++)
        {
            rooms[i] = (await reader.Api.CreateRoomAsync(
                new(i == 0 ? RoomKind.Public : RoomKind.Private, "Room", null, [.. senders.Concat(listeners).Select(u => u.Id)]))).RoomId;
        }

        Task MoveAsync(TestUser user, int gateway)
        {
            move(user, gateway);
            return Task.CompletedTask;
        }

        var followers = listeners.Select((user, i) => new Follower(user, rooms[0], gateways, MoveAsync, seed + i)).ToArray();
        foreach (var follower in followers)
        {
            follower.Start();
        }

        return new UnderFire(MoveAsync, gateways, seed, reader, rooms, senders, followers);
    }

    /// <summary>Waits for so many further acknowledgements: chat goes on.</summary>
    public Task GoesOnAsync(int more, string when)
    {
        var until = Acknowledged + more;
        return Wait.Until(
            () => _sending.IsFaulted || Acknowledged >= until,
            () => $"{more} further acknowledgements {when}, there were {Acknowledged - until + more}; seed {_seed}");
    }

    /// <summary>Ends the sending and holds everything together: acknowledged is stored, one log, everybody who followed has it.</summary>
    public async Task<string> CheckAsync()
    {
        await _stop.CancelAsync();
        await Wait.For(_sending, $"answers to all that was sent; seed {_seed}");
        foreach (var room in _rooms)
        {
            await Ledger.CheckAsync(_reader, room, _storms, $"seed {_seed}", inOrder: false);
        }

        var log = await _reader.LogAsync(_rooms[0]);
        foreach (var follower in _followers)
        {
            await follower.CheckAsync(log, $"seed {_seed}");
        }

        return $"{Acknowledged} acknowledged, {_storms.Sum(s => s.Retried)} sent again, {_followers.Sum(f => f.Connects)} connects of followers";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var follower in _followers)
        {
            await follower.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task SendAsync(SendStorm storm, Random random)
    {
        while (true)
        {
            try
            {
                await storm.RunAsync(() => Interlocked.Increment(ref _acknowledged), _stop.Token);
                if (_stop.IsCancellationRequested && storm.IsDone)
                {
                    return;
                }
            }
            catch (HubCallException ex) when (ex.ErrorCode.Retryable)
            {
                // Told to come again.
            }
            catch (HubConnectionException)
            {
                // Nobody there.
            }

            await Task.Delay(Backoff * (0.5 + random.NextDouble()), TimeProvider.System);
            await _move(storm.User, random.Next(_gateways));
        }
    }
}
