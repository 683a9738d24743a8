using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>What came of a command.</summary>
/// <param name="Came">Whether the server answered. When not, it is unknown whether the command was carried out.</param>
/// <param name="Value">The answer.</param>
internal readonly record struct RedisReply<T>(bool Came, T Value);

/// <summary>
/// The way to one Redis server. Connects by itself, for the first time and after every loss; knows within three seconds when the server stands
/// still, without taking hold-ups of its own process for the server's; and costs callers nothing while it is away. No exception of the driver's
/// leaves it. Thread safe.
/// </summary>
internal sealed partial class RedisLink : IAsyncDisposable
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan BeatPatience = TimeSpan.FromSeconds(1.5);
    // An alarm that comes later than this says that this process was held up: it stood still, or has more to do than threads.
    private static readonly TimeSpan OnTime = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan ConnectEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ResubscribeWait = TimeSpan.FromSeconds(10);

    private readonly string _server;
    private readonly string _beatChannel;
    private readonly TimeSpan _timeout;
    private readonly RedisMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Subscriptions _subscriptions = new();
    private readonly Lock _telling = new();
    private readonly List<Action<bool>> _listeners = [];
    private readonly Arrivals _arrivals = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RedisConnection? _up;
    private volatile bool _doubt;
    private volatile TaskCompletionSource _doubted = NewDoubt();
    private long _awaySince;
    private long _complained = long.MinValue;
    private Task _running = Task.CompletedTask;
    private Task _pumping = Task.CompletedTask;

    public RedisLink(int index, string server, string process, RedisOptions options, RedisMetrics metrics, TimeProvider time, ILogger logger)
    {
        Index = index;
        _server = server;
        _beatChannel = $"{options.Prefix}:beat:{process}";
        _timeout = options.CommandTimeout;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        Endpoint = ConfigurationOptions.Parse(server).EndPoints[0] switch
        {
            DnsEndPoint named => $"{named.Host}:{named.Port}",
            var address => address.ToString() ?? "",
        };
        _awaySince = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>Place of the server in the configuration.</summary>
    public int Index { get; }

    /// <summary>Host and port.</summary>
    public string Endpoint { get; }

    /// <summary>Whether the server is there; one that hesitates still is.</summary>
    public bool IsUp => _up is not null;

    /// <summary>Since when it is away; null when it is there.</summary>
    public DateTimeOffset? AwaySince => _up is null ? DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _awaySince)) : null;

    /// <summary>Ends when the server is there for the first time.</summary>
    public Task FirstUp => _firstUp.Task;

    /// <summary>Channels in use, for tests.</summary>
    internal IReadOnlyCollection<string> Channels => _subscriptions.Channels;

    /// <summary>Begins to connect. Call once.</summary>
    public void Start()
    {
        _running = Task.Run(RunAsync);
        _pumping = Task.Run(() => _arrivals.HandleAsync(Handle));
    }

    /// <summary>Tells whenever the server is lost (false) and back with all subscriptions in force (true); first of a server that is away now.</summary>
    public IDisposable OnChange(Action<bool> listener)
    {
        lock (_telling)
        {
            _listeners.Add(listener);
            if (_up is null)
            {
                listener(false);
            }
        }

        return new Ending(() =>
        {
            lock (_telling)
            {
                _listeners.Remove(listener);
            }
        });
    }

    /// <summary>
    /// Carries out commands. Waits for the server at most as long as the configuration says; while it is away or hesitates, not at all.
    /// </summary>
    public async ValueTask<RedisReply<T>> TryAsync<T>(Func<IDatabase, Task<T>> command)
    {
        if (_doubt || _up is not { } connection)
        {
            return default;
        }

        RedisReply<T> reply = default;
        try
        {
            var answer = command(connection.Database);
            RedisConnection.Observe(answer);
            reply = new RedisReply<T>(true, await answer.WaitAsync(_timeout, _time));
        }
        catch (RedisServerException e)
        {
            _metrics.Failed();
            Complain(e);
        }
        catch (Exception e) when (e is TimeoutException or RedisException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            _metrics.Failed();
            Doubt();
        }

        // The driver answers on the thread that reads for everybody.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return reply;
    }

    /// <summary>Runs a script, by its hash when the server knows it.</summary>
    public ValueTask<RedisReply<RedisResult>> TryAsync(string script, RedisKey[] keys, params RedisValue[] values) => TryAsync(database => RunAsync(database, script, keys, values));

    /// <summary>Sends news. Never waits; what cannot be sent is dropped and counted.</summary>
    public void Publish(string channel, byte[] document)
    {
        if (_up is not { } connection)
        {
            _metrics.DroppedAway();
        }
        else if (connection.TryPublish(channel, document))
        {
            _metrics.Published();
        }
        else
        {
            _metrics.DroppedSlow();
        }
    }

    /// <summary>
    /// Hears of a channel. In force when the task ends, unless the server is away: then it will be before <see cref="OnChange"/> tells that it
    /// is back. The first subscriber's handler serves all of a channel; handlers are called one at a time and must not block. Dispose ends it.
    /// </summary>
    public ValueTask<IDisposable> SubscribeAsync(string channel, Action<byte[]> handler) => _subscriptions.AddAsync(channel, handler);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _arrivals.End();
        await _running;
        await _pumping;
        _stop.Dispose();
    }

    private static async Task<RedisResult> RunAsync(IDatabase database, string script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache);
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await RedisConnection.OpenAsync(_server, _beatChannel, Arrive, _time);
                await JoinAsync(connection);
                var reason = await WatchAsync(connection);
                Lose(reason);
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                Log.NotConnected(_logger, Endpoint, e.Message);
            }
            catch (Exception)
            {
                break;
            }

            await Task.WhenAny(Task.Delay(ConnectEvery, _time, _stop.Token));
        }
    }

    /// <summary>Puts every subscription in force; when that is done the server counts as there.</summary>
    private async Task JoinAsync(RedisConnection connection)
    {
        try
        {
            await _subscriptions.JoinAsync(connection).WaitAsync(ResubscribeWait, _time, _stop.Token);
            if (connection.Broken.IsCompleted)
            {
                throw new InvalidOperationException(await connection.Broken);
            }
        }
        catch
        {
            _subscriptions.Leave();
            throw;
        }

        _doubt = false;
        var away = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _awaySince));
        Log.Connected(_logger, Endpoint, away.TotalSeconds);
        lock (_telling)
        {
            _up = connection;
            Tell(up: true);
        }

        _firstUp.TrySetResult();
    }

    /// <summary>Answers the reason when the connection is to be given up.</summary>
    private async Task<string> WatchAsync(RedisConnection connection)
    {
        while (!_stop.IsCancellationRequested)
        {
            // A doubt is looked into at once.
            var doubted = _doubted;
            await Task.WhenAny(connection.Broken, doubted.Task, Task.Delay(BeatEvery, _time, _stop.Token));
            if (doubted.Task.IsCompleted)
            {
                _doubted = NewDoubt();
            }

            if (connection.Broken.IsCompleted)
            {
                return await connection.Broken;
            }

            var asked = _time.GetTimestamp();
            if (_stop.IsCancellationRequested || await connection.BeatAsync(BeatPatience))
            {
                _doubt = false;
            }
            else if (connection.Broken.IsCompleted)
            {
                return await connection.Broken;
            }
            else if (_time.GetElapsedTime(asked) < BeatPatience + OnTime)
            {
                return "it does not answer";
            }

            // Otherwise the answer may lie here unread. A new connection would fare no better, and each costs this process more work.
        }

        return "this process ends";
    }

    private void Lose(string reason)
    {
        _subscriptions.Leave();
        Interlocked.Exchange(ref _awaySince, _time.GetUtcNow().ToUnixTimeMilliseconds());
        if (_stop.IsCancellationRequested)
        {
            _up = null;
            return;
        }

        _metrics.Lost();
        Log.Lost(_logger, Endpoint, reason);
        lock (_telling)
        {
            _up = null;
            Tell(up: false);
        }
    }

    private void Tell(bool up)
    {
        foreach (var listener in _listeners.ToArray())
        {
            try
            {
                listener(up);
            }
            catch (Exception e)
            {
                Log.ListenerFailed(_logger, Endpoint, e);
            }
        }
    }

    private void Doubt()
    {
        _doubt = true;
        _doubted.TrySetResult();
    }

    private static TaskCompletionSource NewDoubt() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What a server refuses, it refuses to every caller: out of memory, read only, still loading.
    private void Complain(RedisServerException refused)
    {
        var now = _time.GetTimestamp();
        var last = Interlocked.Read(ref _complained);
        if ((last == long.MinValue || _time.GetElapsedTime(last, now) > TimeSpan.FromSeconds(10))
            && Interlocked.CompareExchange(ref _complained, now, last) == last)
        {
            Log.Refused(_logger, Endpoint, refused.Message);
        }
    }

    private void Arrive(RedisConnection connection, string channel, byte[] document)
    {
        if (!_arrivals.TryAdd(channel, document))
        {
            _metrics.DroppedSlow();
            // A gap that would go unnoticed otherwise.
            connection.Break("this process does not keep up with the news");
        }
    }

    private void Handle(string channel, byte[] document)
    {
        try
        {
            _subscriptions.HandlerOf(channel)?.Invoke(document);
        }
        catch (Exception e)
        {
            Log.ListenerFailed(_logger, Endpoint, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Redis server {Endpoint} is there, after {Seconds:0.0} s.")]
        public static partial void Connected(ILogger logger, string endpoint, double seconds);

        [LoggerMessage(2, LogLevel.Warning, "Redis server {Endpoint} is lost: {Reason}.")]
        public static partial void Lost(ILogger logger, string endpoint, string reason);

        [LoggerMessage(3, LogLevel.Debug, "Redis server {Endpoint} cannot be reached: {Reason}")]
        public static partial void NotConnected(ILogger logger, string endpoint, string reason);

        [LoggerMessage(4, LogLevel.Warning, "Redis server {Endpoint} refuses calls: {Reason}")]
        public static partial void Refused(ILogger logger, string endpoint, string reason);

        [LoggerMessage(5, LogLevel.Error, "What came from Redis server {Endpoint} could not be passed on.")]
        public static partial void ListenerFailed(ILogger logger, string endpoint, Exception exception);
    }
}
