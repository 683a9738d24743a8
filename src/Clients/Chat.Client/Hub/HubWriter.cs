using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Chat.Client;

/// <summary>
/// The way to the server: messages that are written while others are on their way leave together in one frame. Holds no buffer while
/// nothing is being written. Thread safe.
/// </summary>
internal sealed class HubWriter(WebSocket socket, Action<Exception> broken) : IBufferWriter<byte>
{
    // Room for one call with a short text, so that most take one buffer of the pool's smaller sizes.
    private const int FirstBuffer = 512;

    private readonly Lock _gate = new();
    private Utf8JsonWriter? _json;
    private byte[]? _buffer;
    private int _length;
    private bool _sending;
    private bool _closed;

    /// <summary>Queues one message, written by <paramref name="write"/> as the properties of a JSON object.</summary>
    /// <returns>False when the connection has ended.</returns>
    public bool TryWrite<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            var before = _length;
            _json ??= new Utf8JsonWriter(this, new JsonWriterOptions
            {
                Encoder = Contracts.ChatJson.Options.Encoder, SkipValidation = true,
            });
            try
            {
                _json.Reset();
                _json.WriteStartObject();
                write(_json, state);
                _json.WriteEndObject();
                _json.Flush();
            }
            catch
            {
                // Half a message must not reach the server.
                _json.Reset();
                _length = before;
                throw;
            }

            GetSpan(1)[0] = HubRecord.Separator;
            Advance(1);
            if (_sending)
            {
                return true;
            }

            _sending = true;
        }

        _ = FlushAsync();
        return true;
    }

    /// <summary>Takes no more messages.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Release();
        }
    }

    /// <inheritdoc />
    public void Advance(int count) => _length += count;

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    private void Reserve(int count)
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, count));
        }
        else if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private void Release()
    {
        if (_buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _buffer = null;
        }

        _length = 0;
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                byte[] buffer;
                int length;
                lock (_gate)
                {
                    if (_buffer is null || _length == 0)
                    {
                        Release();
                        _sending = false;
                        return;
                    }

                    (buffer, length) = (_buffer, _length);
                    (_buffer, _length) = (null, 0);
                }

                await socket.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception ex)
        {
            Close();
            broken(ex);
        }
    }
}
