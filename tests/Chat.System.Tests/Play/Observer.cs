using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// A client that keeps a room's state the way CONTRACT says: connect, take a snapshot (or start from nothing), apply pushes by the cursor
/// rule, Sync at gaps and when told that it lags, start afresh when told to.
/// </summary>
internal sealed class Observer : IHubListener, IAsyncDisposable
{
    private readonly TestUser _user;
    private readonly RoomId _room;
    private readonly Lock _gate = new();
    private HubConnection? _connection;
    private RoomState _state;
    private RoomLog _log;
    private Task _catchingUp = Task.CompletedTask;
    private bool _behind;
    private bool _running;

    public Observer(TestUser user, RoomId room)
    {
        (_user, _room) = (user, room);
        _state = new RoomState(user.Id);
        _log = new RoomLog(room, 0, _state.Apply);
    }

    public long Cursor => _log.Cursor;

    public string State => _state.ToString();

    public int Resets { get; private set; }

    /// <summary>Takes a snapshot instead of reading the log from its beginning.</summary>
    public async Task SnapshotAsync()
    {
        RoomState? snapshot = null;
        await Wait.Until(
            async () => (snapshot = await RoomState.FetchAsync(_user, _room)) is not null, () => $"quiet moment in room {_room}");
        _state = snapshot!;
        _log = new RoomLog(_room, snapshot!.LastSeq, _state.Apply);
    }

    /// <summary>Connects and catches up.</summary>
    public async Task ConnectAsync()
    {
        _connection = await _user.ConnectAsync(this);
        await CatchUpAsync();
    }

    /// <summary>Drops the connection, as a lost network does. What was applied stays.</summary>
    public async Task DropAsync()
    {
        if (_connection is { } connection)
        {
            connection.Abort();
            await Wait.For(connection.Closed, "end of the dropped connection");
        }

        // A catch-up that the drop interrupted is repeated at the next connect.
        await _catchingUp.ContinueWith(_ => { }, TaskScheduler.Default);
        _connection = null;
    }

    /// <summary>Waits until it holds everything up to a seq.</summary>
    public Task UntilAsync(long seq) =>
        Wait.Until(() => Cursor >= seq, () => $"event {seq} at {_user.Name}, whose cursor is {Cursor}");

    public void Take(HubPush push)
    {
        var behind = push switch
        {
            EventsPush events when events.RoomId == _room => !_log.Take(events.Events),
            LaggingPush lagging => lagging.RoomId == _room,
            _ => false,
        };
        if (behind)
        {
            lock (_gate)
            {
                _behind = true;
                if (!_running)
                {
                    _running = true;
                    _catchingUp = Task.Run(CatchUpUntilEvenAsync);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
    }

    private async Task CatchUpUntilEvenAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_behind)
                {
                    _running = false;
                    return;
                }

                _behind = false;
            }

            await CatchUpAsync();
        }
    }

    private async Task CatchUpAsync()
    {
        try
        {
            if (_connection is { } connection && await _log.CatchUpAsync(connection) is { } reset)
            {
                reset.Error.ShouldBeNull();
                Resets++;
                await SnapshotAsync();
                await CatchUpAsync();
            }
        }
        catch (HubConnectionException)
        {
            // Dropped meanwhile; the next connect catches up.
        }
    }
}
