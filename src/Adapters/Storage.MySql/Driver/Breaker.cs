using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql.Driver;

/// <summary>
/// Knows whether a server counts as down: from the first connection that cannot be opened, or statement that is not answered in time, until one
/// that is tried again and again is answered. Thread safe.
/// </summary>
internal sealed partial class Breaker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _probeNow = new(initialState: false);
    private readonly string _server;
    private readonly Action _connect;
    private readonly TimeSpan _probeEvery;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile MySqlFault? _down;
    private volatile bool _stopping;
    private int _generation;

    /// <param name="server">Its name.</param>
    /// <param name="connect">Opens a connection and closes it; throws a <see cref="MySqlFault"/> when it cannot. Blocks.</param>
    /// <param name="probeEvery">How often it is tried.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where changes are told.</param>
    public Breaker(string server, Action connect, TimeSpan probeEvery, TimeProvider clock, ILogger logger)
    {
        _server = server;
        _connect = connect;
        _probeEvery = probeEvery;
        _logger = logger;
        _timer = clock.CreateTimer(_ => Ask(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why it counts as down; null when it does not.</summary>
    public MySqlFault? Down => _down;

    /// <summary>Grows each time it goes down: connections from before are not to be trusted.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Takes it for down; false when it was already.</summary>
    public bool Trip(MySqlFault fault)
    {
        lock (_gate)
        {
            if (_down is not null || _stopping)
            {
                return false;
            }

            _down = fault;
            _generation++;
            _timer.Change(TimeSpan.Zero, _probeEvery);
        }

        Log.Down(_logger, _server, fault.Message, fault);
        return true;
    }

    /// <summary>Tries it whenever it is down; returns after <see cref="Stop"/>. A thread's whole work.</summary>
    public void Probe()
    {
        while (true)
        {
            _probeNow.WaitOne();
            if (_stopping)
            {
                return;
            }

            if (_down is not null)
            {
                Try();
            }
        }
    }

    /// <summary>Ends <see cref="Probe"/>.</summary>
    public void Stop()
    {
        _stopping = true;
        Ask();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _probeNow.Dispose();
    }

    private void Ask()
    {
        try
        {
            _probeNow.Set();
        }
        catch (ObjectDisposedException)
        {
            // The timer's last tick, after the end.
        }
    }

    private void Try()
    {
        try
        {
            _connect();
        }
        catch (MySqlFault fault)
        {
            Log.StillDown(_logger, _server, fault.Message);
            return;
        }

        lock (_gate)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _down = null;
        }

        Log.Up(_logger, _server);
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Error, "{Server} does not answer ({Reason}); calls are refused as retryable until it does")]
        public static partial void Down(ILogger logger, string server, string reason, Exception exception);

        [LoggerMessage(7, LogLevel.Debug, "{Server} still does not answer ({Reason})")]
        public static partial void StillDown(ILogger logger, string server, string reason);

        [LoggerMessage(8, LogLevel.Information, "{Server} answers again")]
        public static partial void Up(ILogger logger, string server);
    }
}
