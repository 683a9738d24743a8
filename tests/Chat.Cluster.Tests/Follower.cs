using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>
/// A client that follows one room through everything: keeps a cursor, syncs when it is behind, and goes to another gateway when its own is
/// gone. Holds every event that it applied.
/// </summary>
internal sealed class Follower(TestUser user, RoomId room, int gateways, Func<TestUser, int, Task> move, int seed) : IHubListener, IAsyncDisposable
{
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private readonly List<RoomEvent> _applied = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _behind = NewSignal();
    private RoomLog? _log;
    private Task _running = Task.CompletedTask;

    /// <summary>How often it connected.</summary>
    public int Connects { get; private set; }

    private long Cursor
    {
        get
        {
            lock (_gate)
            {
                return _applied.Count == 0 ? 0 : _applied[^1].Seq;
            }
        }
    }

    public void Start()
    {
        _log = new RoomLog(room, 0, Apply);
        _running = Task.Run(RunAsync);
    }

    public void Take(HubPush push)
    {
        var behind = push switch
        {
            EventsPush events when events.RoomId == room => !_log!.Take(events.Events),
            LaggingPush lagging => lagging.RoomId == room,
            _ => false,
        };
        if (behind)
        {
            Volatile.Read(ref _behind).TrySetResult();
        }
    }

    /// <summary>Waits until it holds the whole log, and compares.</summary>
    public async Task CheckAsync(IReadOnlyList<RoomEvent> log, string context)
    {
        await Wait.Until(
            () => _running.IsCompleted || Cursor >= log[^1].Seq, () => $"event {log[^1].Seq} at {user.Name}, whose cursor is {Cursor}; {context}");
        _running.IsFaulted.ShouldBeFalse($"{_running.Exception}; {context}");
        lock (_gate)
        {
            _applied.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, _applied.Count).Select(i => (long)i), $"each event once, in order, at {user.Name}; {context}");
            _applied.Take(log.Count).Select(Text).ShouldBe(log.Select(Text), $"the same log at {user.Name}; {context}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    // Reactions and edits are none of a storm's; what a message says is the same in every form.
    private static string Text(RoomEvent e) => $"{e.Seq} {e.Kind} {e.By} {e.At:O} {e.Message?.Id} {e.Message?.ClientId} {e.Message?.Text} {e.UserId} {e.Change}";

    private void Apply(RoomEvent next)
    {
        lock (_gate)
        {
            _applied.Add(next);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await user.ConnectAsync(this);
                Connects++;
                while (!_stop.IsCancellationRequested && !connection.Closed.IsCompleted)
                {
                    var behind = NewSignal();
                    Volatile.Write(ref _behind, behind);
                    if (await _log!.CatchUpAsync(connection) is { } reset)
                    {
                        throw new InvalidOperationException($"{user.Name} was told to start afresh at {Cursor}: {reset}.");
                    }

                    await Task.WhenAny(behind.Task, connection.Closed).WaitAsync(_stop.Token);
                }
            }
            catch (Exception ex) when (ex is HubConnectionException or OperationCanceledException or HubCallException { ErrorCode.Retryable: true })
            {
                // Gone, or told to come again.
            }

            if (!_stop.IsCancellationRequested)
            {
                await Task.Delay(Backoff * (0.5 + _random.NextDouble()), TimeProvider.System);
                await move(user, _random.Next(gateways));
            }
        }
    }
}
