using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Backplane.Local;

/// <summary>
/// The backplane of one process. A publisher's thread delivers its news itself unless another thread is delivering to that subscriber
/// already, which then takes it along: nobody waits, handlers run one at a time, and news of one publisher keep their order. A subscriber
/// that falls more than <see cref="PendingPerSubscriber"/> behind loses news, as the port allows.
/// </summary>
public sealed partial class LocalBackplane(ILogger<LocalBackplane> logger) : IBackplane
{
    /// <summary>News that wait for one subscriber at most. More would mean that its handler blocks.</summary>
    public const int PendingPerSubscriber = 10_000;

    private readonly Topic<RoomId, RoomNews> _rooms = new(logger);
    private readonly Topic<UserId, UserNews> _users = new(logger);
    private readonly Topic<int, GlobalNews> _everybody = new(logger);

    /// <inheritdoc />
    public bool SpansProcesses => false;

    /// <inheritdoc />
    public void Publish(RoomId room, RoomNews news) => _rooms.Publish(room, news);

    /// <inheritdoc />
    public void Publish(UserId user, UserNews news) => _users.Publish(user, news);

    /// <inheritdoc />
    public void Publish(GlobalNews news) => _everybody.Publish(0, news);

    /// <inheritdoc />
    public ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler) => new(_rooms.Subscribe(room, handler));

    /// <inheritdoc />
    public ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler) => new(_users.Subscribe(user, handler));

    /// <inheritdoc />
    public ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler) => new(_everybody.Subscribe(0, handler));

    /// <inheritdoc />
    public IDisposable OnOutage(Action<BackplaneOutage> handler) => NoOutages.Instance;

    /// <summary>Keys with a subscriber now, for tests: those without one must not stay behind.</summary>
    internal int KeyCount => _rooms.KeyCount + _users.KeyCount + _everybody.KeyCount;

    private sealed class Topic<TKey, TNews>(ILogger logger)
        where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, Subscriber<TKey, TNews>[]> _subscribers = new();

        public int KeyCount => _subscribers.Count;

        public void Publish(TKey key, TNews news)
        {
            if (_subscribers.TryGetValue(key, out var subscribers))
            {
                foreach (var subscriber in subscribers)
                {
                    subscriber.Deliver(news);
                }
            }
        }

        public Subscriber<TKey, TNews> Subscribe(TKey key, Action<TNews> handler)
        {
            var subscriber = new Subscriber<TKey, TNews>(this, key, handler, logger);
            _subscribers.AddOrUpdate(
                key,
                static (_, added) => [added],
                static (_, present, added) => [.. present, added],
                subscriber);
            return subscriber;
        }

        public void Remove(TKey key, Subscriber<TKey, TNews> subscriber)
        {
            while (_subscribers.TryGetValue(key, out var present))
            {
                var rest = Array.FindAll(present, other => !ReferenceEquals(other, subscriber));
                var done = rest.Length == 0
                    ? _subscribers.TryRemove(KeyValuePair.Create(key, present))
                    : _subscribers.TryUpdate(key, rest, present);
                if (done)
                {
                    return;
                }
            }
        }
    }

    private sealed class Subscriber<TKey, TNews>(Topic<TKey, TNews> topic, TKey key, Action<TNews> handler, ILogger logger) : IDisposable
        where TKey : notnull
    {
        private readonly Lock _gate = new();

        // One subscriber for each user who is connected: most never have two pieces of news at once.
        private Queue<TNews>? _pending;
        private bool _delivering;
        private volatile bool _disposed;

        public void Deliver(TNews news)
        {
            if (_disposed)
            {
                return;
            }

            switch (Enter(news))
            {
                case Turn.Own:
                    TNews? next = news;
                    do
                    {
                        Handle(next!);
                    }
                    while (Leave(out next));
                    break;

                case Turn.Dropped:
                    Log.Dropped(logger, typeof(TNews).Name);
                    break;
            }
        }

        public void Dispose()
        {
            _disposed = true;
            topic.Remove(key, this);
        }

        private Turn Enter(TNews news)
        {
            lock (_gate)
            {
                if (!_delivering)
                {
                    _delivering = true;
                    return Turn.Own;
                }

                _pending ??= new();
                // One more is being handled.
                if (_pending.Count >= PendingPerSubscriber - 1)
                {
                    return Turn.Dropped;
                }

                _pending.Enqueue(news);
                return Turn.AnothersThread;
            }
        }

        /// <summary>Takes what came meanwhile; when nothing did, the next publisher delivers.</summary>
        private bool Leave(out TNews? next)
        {
            lock (_gate)
            {
                next = default;
                return _delivering = _pending is not null && _pending.TryDequeue(out next);
            }
        }

        private void Handle(TNews news)
        {
            if (_disposed)
            {
                return;
            }

            try
            {
                handler(news);
            }
            catch (Exception e)
            {
                // The publisher is a commit or another user's call: it must not pay for a subscriber's fault.
                Log.HandlerFailed(logger, typeof(TNews).Name, e);
            }
        }
    }

    private sealed class NoOutages : IDisposable
    {
        public static readonly NoOutages Instance = new();

        public void Dispose()
        {
        }
    }

    private enum Turn
    {
        Own,
        AnothersThread,
        Dropped,
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A subscriber failed to handle {News}.")]
        public static partial void HandlerFailed(ILogger logger, string news, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "A subscriber is too far behind; {News} dropped.")]
        public static partial void Dropped(ILogger logger, string news);
    }
}
