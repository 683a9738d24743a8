using System.Buffers;
using System.Net.WebSockets;

namespace Chat.Client;

/// <summary>
/// One connection to the hub, from connecting to its end; it does not reconnect. Straight to the WebSocket, without negotiation. Calls may
/// be made from any thread and pipelined: their messages leave in the order of the calls. Idle, it holds about as much as its socket.
/// </summary>
public sealed partial class HubConnection : IAsyncDisposable
{
    private const int FirstBuffer = 4096;
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(5);

    private readonly ClientWebSocket _socket = new();
    private readonly HubConnectionOptions _options;
    private readonly IHubListener _listener;
    private readonly HubWriter _writer;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, HubCall> _calls = new(0);
    private readonly TaskCompletionSource _handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HubClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private long _lastCall;
    private long _heard;
    private bool _ended;
    private bool _handshaken;
    private bool _closing;
    private string? _bye;
    private string? _closeError;
    private Exception? _fault;

    private HubConnection(HubConnectionOptions options, IHubListener listener)
    {
        _options = options;
        _listener = listener;
        _writer = new HubWriter(_socket, Break);
    }

    /// <summary>Completes, never with an exception, when the connection has ended and every push that came was given to the listener.</summary>
    public Task<HubClose> Closed => _closed.Task;

    /// <summary>Connects and shakes hands.</summary>
    /// <exception cref="HubConnectionException">The server refused, or did not answer in time.</exception>
    public static async Task<HubConnection> ConnectAsync(
        HubConnectionOptions options, IHubListener listener, CancellationToken cancellationToken = default)
    {
        var connection = new HubConnection(options, listener);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            connection._socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes the connection properly, and drops it when the server does not take part.</summary>
    public async Task CloseAsync()
    {
        _writer.TryWrite(HubRecord.Close, static (json, type) => json.WriteNumber("type"u8, type));
        try
        {
            await Closed.WaitAsync(CloseWait, _options.Clock);
        }
        catch (TimeoutException)
        {
            Abort();
            await Closed;
        }
    }

    /// <summary>Drops the connection without a word, as a lost network does.</summary>
    public void Abort() => _socket.Abort();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!Closed.IsCompleted)
        {
            await CloseAsync();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The WebSocket's own pings would only add to the protocol's.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.CollectHttpResponseDetails = true;
        _options.ConfigureSocket?.Invoke(_socket.Options);
        var address = new UriBuilder(new Uri(_options.Server, "hubs/chat"))
        {
            Scheme = _options.Server.Scheme is "https" or "wss" ? "wss" : "ws",
            Query = "access_token=" + Uri.EscapeDataString(_options.AccessToken),
        };

        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _socket.ConnectAsync(address.Uri, _options.Invoker, both.Token);
            _heard = _options.Clock.GetTimestamp();
            _writer.TryWrite(0, static (json, _) =>
            {
                json.WriteString("protocol"u8, "json"u8);
                json.WriteNumber("version"u8, 1);
            });
            _ = ReadAsync();
            await _handshake.Task.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Abort();
            throw new HubConnectionException($"The server did not answer within {_options.ConnectTimeout}.");
        }
        catch (WebSocketException ex)
        {
            // The address holds the token, so the message must not repeat it.
            throw new HubConnectionException($"The server did not take the connection: {ex.Message}", ex)
            {
                Status = (int)_socket.HttpStatusCode is var status and > 0 ? status : null,
            };
        }
        catch
        {
            Abort();
            throw;
        }

        var every = _options.KeepAlive;
        _timer = _options.Clock.CreateTimer(static s => ((HubConnection)s!).Tick(), this, every, every);
        if (Closed.IsCompleted)
        {
            await _timer.DisposeAsync();
        }
    }

    private void Tick()
    {
        if (_options.Clock.GetElapsedTime(Interlocked.Read(ref _heard)) > _options.ServerTimeout)
        {
            Break(new TimeoutException($"The server was silent for {_options.ServerTimeout}."));
            return;
        }

        _writer.TryWrite(HubRecord.Ping, static (json, type) => json.WriteNumber("type"u8, type));
    }

    private void Break(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        Abort();
    }

    private async Task ReadAsync()
    {
        byte[]? buffer = null;
        var filled = 0;
        try
        {
            while (true)
            {
                // While nothing comes, an empty read waits without a buffer.
                var read = buffer is null
                    ? await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None)
                    : await _socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                Interlocked.Exchange(ref _heard, _options.Clock.GetTimestamp());
                if (read.MessageType is WebSocketMessageType.Close)
                {
                    break;
                }

                var searchFrom = filled;
                filled += read.Count;
                if (filled > 0)
                {
                    var used = Process(buffer.AsSpan(0, filled), searchFrom);
                    buffer.AsSpan(used, filled - used).CopyTo(buffer);
                    filled -= used;
                }

                if (_closeError is not null || _closing)
                {
                    break;
                }

                buffer = Fit(buffer, filled, read.EndOfMessage);
            }

            using var wait = new CancellationTokenSource(CloseWait, _options.Clock);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, wait.Token);
        }
        catch (Exception ex)
        {
            // A connection that says goodbye first may break off before the close is through; that is its end, not a fault.
            Interlocked.CompareExchange(ref _fault, _closing || _bye is not null || _closeError is not null ? null : ex, null);
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            End();
        }
    }

    private byte[]? Fit(byte[]? buffer, int filled, bool endOfMessage)
    {
        if (buffer is null)
        {
            return ArrayPool<byte>.Shared.Rent(FirstBuffer);
        }

        if (filled == 0 && endOfMessage)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return null;
        }

        if (filled < buffer.Length)
        {
            return buffer;
        }

        if (filled >= _options.MaxMessageBytes)
        {
            throw new InvalidDataException($"A message of the server is larger than {_options.MaxMessageBytes} bytes.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    // Answers how many bytes were used up.
    private int Process(ReadOnlySpan<byte> bytes, int searchFrom)
    {
        var start = 0;
        while (bytes[searchFrom..].IndexOf(HubRecord.Separator) is var at and >= 0)
        {
            Dispatch(HubRecord.Parse(bytes[start..(searchFrom + at)]));
            start = searchFrom = searchFrom + at + 1;
        }

        return start;
    }

    private void Dispatch(HubRecord record)
    {
        if (!_handshaken)
        {
            _handshaken = true;
            if (record.Error is { } refused)
            {
                _closeError = refused;
                _handshake.TrySetException(new HubConnectionException($"The server refused the handshake: {refused}"));
            }
            else
            {
                _handshake.TrySetResult();
            }

            return;
        }

        switch (record.Type)
        {
            case HubRecord.Invocation:
                Push(record);
                break;
            case HubRecord.Completion when Take(record.InvocationId) is { } call:
                if (record.Error is { } error)
                {
                    call.Fail(HubCallException.Parse(error));
                }
                else
                {
                    call.Complete(record.Result);
                }

                break;
            case HubRecord.Close:
                _closeError = record.Error;
                _closing = true;
                break;
        }
    }

    private void Push(HubRecord record)
    {
        // The goodbye is looked at in any case: it says how the connection ends.
        var isBye = record.Target.SequenceEqual("bye"u8);
        if (!isBye && _listener.TakeRaw(record.Target, record.Arguments))
        {
            return;
        }

        if (HubPushParser.Parse(record.Target, record.Arguments) is not { } push)
        {
            return;
        }

        _bye = push is ByePush bye ? bye.Reason : _bye;
        _listener.Take(push);
    }

    private HubCall? Take(long id)
    {
        lock (_gate)
        {
            return _calls.Remove(id, out var call) ? call : null;
        }
    }

    private void End()
    {
        HubCall[] open;
        lock (_gate)
        {
            _ended = true;
            open = [.. _calls.Values];
            _calls.Clear();
        }

        _writer.Close();
        _timer?.Dispose();
        _socket.Dispose();
        var how = Ending();
        var lost = new HubConnectionException($"The connection ended ({how}).", how.Fault);
        foreach (var call in open)
        {
            call.Fail(lost);
        }

        _handshake.TrySetException(lost);
        _closed.TrySetResult(how);
    }

    private HubClose Ending() => new(_bye, _closeError, _fault);
}
