using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Wire;

/// <summary>
/// A hub connection that only listens, at the price of its socket: frames are taken apart in the receive buffer, and while nothing comes
/// there is no buffer. Plain HTTP only.
/// </summary>
internal sealed class HubSocket : IAsyncDisposable
{
    private const byte RecordEnd = 0x1E;
    private const int FirstBuffer = 8 * 1024;
    private const int LargestRecord = 16 * 1024 * 1024;

    // The mask may be zero (RFC 6455, 5.3, asks clients for an unpredictable one against caches in between; there are none here).
    private static readonly byte[] Handshake = Frame("{\"protocol\":\"json\",\"version\":1}\x1e");
    private static readonly byte[] Ping = Frame("{\"type\":6}\x1e");

    private readonly Socket _socket;
    private readonly EventTape _tape;
    private Task _reading = Task.CompletedTask;
    private bool _closing;
    private byte[]? _buffer;
    private int _records;
    private int _raw;
    private int _end;
    private long _frameLeft;
    private bool _control;

    private HubSocket(Socket socket, EventTape tape)
    {
        _socket = socket;
        _tape = tape;
    }

    /// <summary>What broke the connection; null while it lives, or when it was closed from here.</summary>
    public string? Fault { get; private set; }

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="server">Address of the server.</param>
    /// <param name="query">Query of the WebSocket request, with its question mark.</param>
    /// <param name="tape">What hears the events.</param>
    /// <param name="source">Address to connect from; null for the system's choice.</param>
    public static async Task<HubSocket> ConnectAsync(Uri server, string query, EventTape tape, IPAddress? source = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
            await socket.ConnectAsync(server.Host, server.Port, limit.Token);
            await UpgradeAsync(socket, server, query, limit.Token);
            await socket.SendAsync(Handshake, limit.Token);
            var connection = new HubSocket(socket, tape);
            connection._reading = connection.ReadAsync();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says that the client is there; the server closes silent connections.</summary>
    public Task<int> PingAsync() => _socket.SendAsync(Ping, SocketFlags.None);

    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _socket.Dispose();
        await _reading;
    }

    private static async Task UpgradeAsync(Socket socket, Uri server, string query, CancellationToken cancellationToken)
    {
        var request = $"GET {server.AbsolutePath}hubs/chat{query} HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        var answer = new byte[4096];
        var filled = 0;
        while (answer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) < 0)
        {
            // The server speaks first only after the handshake, so nothing beyond the head can be here.
            var read = await socket.ReceiveAsync(answer.AsMemory(filled), cancellationToken);
            filled += read > 0 ? read : throw new LoadTestException("The server closed a connection during its upgrade.");
        }

        var head = Encoding.ASCII.GetString(answer, 0, filled);
        if (!head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new LoadTestException($"The server answered the upgrade with: {head.AsSpan(0, head.IndexOf('\r', StringComparison.Ordinal))}");
        }
    }

    private static byte[] Frame(string record)
    {
        var payload = Encoding.UTF8.GetBytes(record);
        return [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                if (_buffer is null)
                {
                    await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                    _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
                }

                var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
                if (read == 0)
                {
                    Fault = "The server closed a connection.";
                    return;
                }

                _end += read;
                if (!TakeFrames())
                {
                    Fault = "The server sent a close frame.";
                    return;
                }

                TakeRecords();
                Fit();
            }
        }
        catch (Exception fault) when (_closing && fault is SocketException or ObjectDisposedException)
        {
            // Closed from here.
        }
        catch (Exception fault)
        {
            Fault = fault.Message;
        }
        finally
        {
            if (_buffer is { } buffer)
            {
                _buffer = null;
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Moves payloads together at the buffer's beginning; false at the close frame.</summary>
    private bool TakeFrames()
    {
        var buffer = _buffer.AsSpan(0, _end);
        while (_raw < _end)
        {
            if (_frameLeft == 0)
            {
                var header = buffer[_raw..];
                if (header.Length < 2 || header.Length < HeaderLength(header[1]))
                {
                    break;
                }

                _frameLeft = header[1] switch
                {
                    126 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
                    127 => BinaryPrimitives.ReadInt64BigEndian(header[2..]),
                    var length => length,
                };
                _control = (header[0] & 0x08) != 0;
                if ((header[0] & 0x0F) == 0x08)
                {
                    return false;
                }

                _raw += HeaderLength(header[1]);
            }

            var part = (int)Math.Min(_frameLeft, _end - _raw);
            if (!_control)
            {
                buffer.Slice(_raw, part).CopyTo(buffer[_records..]);
                _records += part;
            }

            _raw += part;
            _frameLeft -= part;
        }

        return true;
    }

    private static int HeaderLength(byte length) => length switch { 126 => 4, 127 => 10, _ => 2 };

    private void TakeRecords()
    {
        var records = _buffer.AsSpan(0, _records);
        var used = 0;
        while (records[used..].IndexOf(RecordEnd) is >= 0 and var length)
        {
            _tape.TakeRecord(records.Slice(used, length));
            used += length + 1;
        }

        // What is left of the records, then what is left of the frames.
        var buffer = _buffer.AsSpan();
        var rest = _records - used;
        records[used..].CopyTo(buffer);
        buffer[_raw.._end].CopyTo(buffer[rest..]);
        _end = rest + (_end - _raw);
        _raw = _records = rest;
    }

    private void Fit()
    {
        if (_end == 0 && _frameLeft == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer!);
            _buffer = null;
        }
        else if (_end == _buffer!.Length)
        {
            var larger = _end < LargestRecord
                ? ArrayPool<byte>.Shared.Rent(_end * 2)
                : throw new LoadTestException($"The server sent a record of more than {LargestRecord} bytes.");
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
