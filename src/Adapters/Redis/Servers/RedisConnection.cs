using System.Globalization;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>
/// One life of the way to a server, from a connect to the first doubt that cannot be settled. The driver would mend a broken connection by
/// itself, but does not say what was lost meanwhile; a new life begins with nothing, and everything that must be in force is asked for again
/// and waited for. Thread safe.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    // Nobody waits for a connect but the loop that makes it.
    private static readonly TimeSpan ConnectWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetrySubscribe = TimeSpan.FromMilliseconds(20);

    // From a socket to a handler the driver takes a few turns on the thread pool.
    private const int TurnsToBeHeard = 5;

    // What may be under way to a server that does not take it.
    private const long MostBytesUnderWay = 8 * 1024 * 1024;

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly ISubscriber _subscriber;
    private readonly Action<RedisChannel, RedisValue> _onMessage;
    private readonly string _beatChannel;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _underWay;
    private long _beat;
    private volatile TaskCompletionSource? _beatHeard;

    private RedisConnection(ConnectionMultiplexer multiplexer, string beatChannel, Action<RedisConnection, string, byte[]> onMessage, TimeProvider time)
    {
        _multiplexer = multiplexer;
        _subscriber = multiplexer.GetSubscriber();
        _beatChannel = beatChannel;
        _time = time;
        Database = multiplexer.GetDatabase();
        _onMessage = (channel, value) => onMessage(this, channel!, (byte[]?)value ?? []);
        multiplexer.ConnectionFailed += (_, failure) => Break($"the connection failed ({failure.FailureType})");
    }

    /// <summary>For commands.</summary>
    public IDatabase Database { get; }

    /// <summary>Ends, with the reason, when the connection is of no use any more.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Connects; both sockets are in use when this is done.</summary>
    /// <param name="server">The driver's configuration text.</param>
    /// <param name="beatChannel">A channel of this process's own.</param>
    /// <param name="onMessage">Takes what arrives on any other channel; called one at a time, must not block.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Exception">The server did not answer, or not in time.</exception>
    public static async Task<RedisConnection> OpenAsync(
        string server, string beatChannel, Action<RedisConnection, string, byte[]> onMessage, TimeProvider time)
    {
        var options = ConfigurationOptions.Parse(server);
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.ConnectTimeout = (int)ConnectWait.TotalMilliseconds;
        options.ClientName = "chat";
        options.KeepAlive = 10;
        var connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(options));
        ConnectionMultiplexer multiplexer;
        try
        {
            multiplexer = await connecting.WaitAsync(ConnectWait * 2, time);
        }
        catch
        {
            _ = connecting.ContinueWith(
                static late => _ = late.IsCompletedSuccessfully ? Task.Run(late.Result.Dispose) : (object?)late.Exception,
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        var connection = new RedisConnection(multiplexer, beatChannel, onMessage, time);
        try
        {
            await connection.ListenAsync();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Says that the connection is of no use any more.</summary>
    public void Break(string reason) => _broken.TrySetResult(reason);

    /// <summary>Asks for a channel. The task ends when it is in force, or when the connection is broken; it never fails.</summary>
    public Task SubscribeAsync(string channel)
    {
        try
        {
            var acknowledged = _subscriber.SubscribeAsync(Literal(channel), _onMessage);
            _ = acknowledged.ContinueWith(
                static (failed, self) => ((RedisConnection)self!).Break($"a subscription failed: {failed.Exception?.GetBaseException().Message}"),
                this, CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return acknowledged.IsCompletedSuccessfully ? Task.CompletedTask : Task.WhenAny(acknowledged, Broken);
        }
        catch (Exception e)
        {
            Break($"a subscription failed: {e.Message}");
            return Task.CompletedTask;
        }
    }

    /// <summary>Gives a channel up. Takes its place among the subscriptions in the order of the calls.</summary>
    public void Unsubscribe(string channel)
    {
        try
        {
            Observe(_subscriber.UnsubscribeAsync(Literal(channel)));
        }
        catch (Exception e)
        {
            Break($"a subscription could not be ended: {e.Message}");
        }
    }

    /// <summary>Sends without waiting; false when more is under way than is kept.</summary>
    public bool TryPublish(string channel, byte[] document)
    {
        if (Interlocked.Add(ref _underWay, document.Length) > MostBytesUnderWay)
        {
            Interlocked.Add(ref _underWay, -document.Length);
            return false;
        }

        try
        {
            _ = _subscriber.PublishAsync(Literal(channel), document).ContinueWith(
                (sent, length) =>
                {
                    _ = sent.Exception;
                    Interlocked.Add(ref _underWay, -(int)length!);
                },
                document.Length, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return true;
        }
        catch (Exception e)
        {
            Interlocked.Add(ref _underWay, -document.Length);
            Break($"nothing can be sent: {e.Message}");
            return false;
        }
    }

    /// <summary>
    /// Sends this process something through the server, which takes both sockets and all that is queued before it on them; false when it did
    /// not arrive in time. One call at a time.
    /// </summary>
    public async Task<bool> BeatAsync(TimeSpan patience)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _beatHeard = heard;
        try
        {
            Observe(_subscriber.PublishAsync(Literal(_beatChannel), Interlocked.Increment(ref _beat).ToString(CultureInfo.InvariantCulture)));
            await Task.WhenAny(heard.Task, Broken).WaitAsync(patience, _time);
        }
        catch (Exception)
        {
            // It may have arrived, and wait for a thread of this process's own. What is queued has its turn first.
            for (var turn = 0; turn < TurnsToBeHeard; turn++)
            {
                await Task.Yield();
            }
        }

        return heard.Task.IsCompleted;
    }

    /// <summary>Closes the sockets. The driver may take its time, for which nobody waits.</summary>
    public void Dispose()
    {
        Break("closed");
        _ = Task.Run(() =>
        {
            try
            {
                _multiplexer.Close(allowCommandsToComplete: false);
                _multiplexer.Dispose();
            }
            catch (Exception)
            {
                // It was to be thrown away.
            }
        });
    }

    /// <summary>Takes note of a failure that nobody waits for.</summary>
    public static void Observe(Task task) => _ = task.ContinueWith(
        static failed => _ = failed.Exception,
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    // The driver says that it is connected before its second socket is; until then it refuses subscriptions.
    private async Task ListenAsync()
    {
        var begun = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await _subscriber.SubscribeAsync(Literal(_beatChannel), HearBeat).WaitAsync(ConnectWait, _time);
                return;
            }
            catch (RedisException) when (_time.GetElapsedTime(begun) < ConnectWait)
            {
                await _subscriber.UnsubscribeAsync(Literal(_beatChannel), HearBeat);
                await Task.Delay(RetrySubscribe, _time);
            }
        }
    }

    private void HearBeat(RedisChannel channel, RedisValue value)
    {
        if (value == Interlocked.Read(ref _beat).ToString(CultureInfo.InvariantCulture))
        {
            _beatHeard?.TrySetResult();
        }
    }

    private static RedisChannel Literal(string channel) => new(channel, RedisChannel.PatternMode.Literal);
}
