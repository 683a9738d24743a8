using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// A connection that keeps everything pushed to it, and checks on the way what holds for every connection: the events of a room come in seq
/// order, each once, without gaps but after <c>lagging</c>.
/// </summary>
internal sealed class Device : IHubListener, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<HubPush> _pushes = [];
    private readonly Dictionary<RoomId, List<RoomEvent>> _events = [];
    private readonly HashSet<RoomId> _lagging = [];
    private readonly List<string> _violations = [];
    private readonly List<(Func<bool> Done, TaskCompletionSource Source)> _waiting = [];

    private Device(TestUser user) => User = user;

    public TestUser User { get; }

    public HubConnection Connection { get; private set; } = null!;

    public static async Task<Device> OpenAsync(TestUser user)
    {
        var device = new Device(user);
        device.Connection = await user.ConnectAsync(device);
        return device;
    }

    /// <summary>Pushes of one kind, in the order of their arrival.</summary>
    public List<T> Pushed<T>()
        where T : HubPush
    {
        lock (_gate)
        {
            return [.. _pushes.OfType<T>()];
        }
    }

    /// <summary>The events of a room, in the order of their arrival.</summary>
    public List<RoomEvent> EventsOf(RoomId room)
    {
        lock (_gate)
        {
            return _events.TryGetValue(room, out var events) ? [.. events] : [];
        }
    }

    public long LastSeqOf(RoomId room)
    {
        lock (_gate)
        {
            return _events.TryGetValue(room, out var events) && events.Count > 0 ? events[^1].Seq : 0;
        }
    }

    /// <summary>What was pushed against the rules.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_gate)
            {
                return [.. _violations];
            }
        }
    }

    public void Take(HubPush push)
    {
        lock (_gate)
        {
            _pushes.Add(push);
            switch (push)
            {
                case EventsPush events:
                    Check(events);
                    break;
                case LaggingPush lagging:
                    _lagging.Add(lagging.RoomId);
                    break;
            }

            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Done())
                {
                    _waiting[i].Source.TrySetResult();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Waits until the pushes are as described; the condition is asked at each push.</summary>
    public Task UntilAsync(Func<bool> done, string what)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (done())
            {
                return Task.CompletedTask;
            }

            _waiting.Add((done, source));
        }

        return Wait.For(source.Task, what);
    }

    public Task UntilSeqAsync(RoomId room, long seq) =>
        UntilAsync(() => LastSeqOf(room) >= seq, $"event {seq} of room {room} at {User.Name}, which has {LastSeqOf(room)}");

    public Task UntilPushAsync<T>(Func<T, bool> which)
        where T : HubPush =>
        UntilAsync(() => _pushes.OfType<T>().Any(which), $"{typeof(T).Name} at {User.Name}");

    public async ValueTask DisposeAsync() => await Connection.DisposeAsync();

    private void Check(EventsPush push)
    {
        if (!_events.TryGetValue(push.RoomId, out var events))
        {
            _events.Add(push.RoomId, events = []);
        }

        if (push.Events.Count == 0)
        {
            _violations.Add($"empty push of room {push.RoomId}");
        }

        foreach (var roomEvent in push.Events)
        {
            var last = events.Count == 0 ? roomEvent.Seq - 1 : events[^1].Seq;
            var rejoined = roomEvent is { Kind: EventKind.Member, Change: MemberChange.Joined } && roomEvent.UserId == User.Id;
            if (roomEvent.Seq <= last || (roomEvent.Seq != last + 1 && !rejoined && !_lagging.Contains(push.RoomId)))
            {
                _violations.Add($"room {push.RoomId}: {roomEvent.Seq} after {last} at {User.Name}");
            }

            events.Add(roomEvent);
        }

        _lagging.Remove(push.RoomId);
    }
}
