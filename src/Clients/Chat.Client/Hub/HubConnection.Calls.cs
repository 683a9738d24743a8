using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Contracts;

namespace Chat.Client;

/// <content>The calls of the contract.</content>
public sealed partial class HubConnection
{
    /// <summary>Sends a message; answers when it is on the server's disk.</summary>
    /// <exception cref="HubCallException">The server refused (so do all calls below).</exception>
    /// <exception cref="HubConnectionException">The connection ended first (so do all calls below); send it again under the same clientId.</exception>
    public Task<SendAck> SendAsync(RoomId room, SendRequest message, CancellationToken cancellationToken = default) =>
        CallAsync("Send", Json<SendAck>.Info, (room, message), static (json, a) =>
        {
            Write(json, a.room);
            Write(json, a.message);
        }, cancellationToken);

    /// <summary>Replaces the text of an own message.</summary>
    public Task EditAsync(RoomId room, long seq, string text, CancellationToken cancellationToken = default) =>
        CallAsync<bool, (RoomId, long, string)>("Edit", null, (room, seq, text), static (json, a) =>
        {
            Write(json, a.Item1);
            json.WriteNumberValue(a.Item2);
            json.WriteStringValue(a.Item3);
        }, cancellationToken);

    /// <summary>Deletes a message.</summary>
    public Task DeleteAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        CallAsync<bool, (RoomId, long)>("Delete", null, (room, seq), static (json, a) =>
        {
            Write(json, a.Item1);
            json.WriteNumberValue(a.Item2);
        }, cancellationToken);

    /// <summary>Sets or takes back a reaction.</summary>
    public Task ReactAsync(RoomId room, long seq, string emoji, bool on, CancellationToken cancellationToken = default) =>
        CallAsync<bool, (RoomId, long, string, bool)>("React", null, (room, seq, emoji, on), static (json, a) =>
        {
            Write(json, a.Item1);
            json.WriteNumberValue(a.Item2);
            json.WriteStringValue(a.Item3);
            json.WriteBooleanValue(a.Item4);
        }, cancellationToken);

    /// <summary>Moves the own read mark forward.</summary>
    public Task<ReadState> MarkReadAsync(RoomId room, long seq, CancellationToken cancellationToken = default) =>
        CallAsync("MarkRead", Json<ReadState>.Info, (room, seq), static (json, a) =>
        {
            Write(json, a.room);
            json.WriteNumberValue(a.seq);
        }, cancellationToken);

    /// <summary>Tells the others that this user types.</summary>
    public Task TypingAsync(RoomId room, CancellationToken cancellationToken = default) =>
        CallAsync<bool, RoomId>("Typing", null, room, static (json, a) => Write(json, a), cancellationToken);

    /// <summary>What follows these cursors, one answer for each room.</summary>
    public Task<List<SyncResult>> SyncAsync(Dictionary<RoomId, long> cursors, CancellationToken cancellationToken = default) =>
        CallAsync("Sync", Json<List<SyncResult>>.Info, cursors, static (json, a) => Write(json, a), cancellationToken);

    /// <summary>The presence of these users, and from now on its changes.</summary>
    public Task<List<PresenceInfo>> WatchAsync(IEnumerable<UserId> users, CancellationToken cancellationToken = default) =>
        CallAsync("Watch", Json<List<PresenceInfo>>.Info, users.ToArray(), static (json, a) => Write(json, a), cancellationToken);

    /// <summary>The server's time.</summary>
    public Task<DateTimeOffset> PingAsync(CancellationToken cancellationToken = default) =>
        CallAsync("Ping", Json<DateTimeOffset>.Info, 0, static (_, _) => { }, cancellationToken);

    /// <summary>Calls any method: <paramref name="write"/> writes the arguments one after another. A null <paramref name="result"/> ignores the result.</summary>
    public Task<T> CallAsync<T, TState>(
        string method,
        JsonTypeInfo<T>? result,
        TState state,
        Action<Utf8JsonWriter, TState> write,
        CancellationToken cancellationToken = default)
    {
        var call = new HubCall<T>(result);
        long id;
        lock (_gate)
        {
            if (_ended)
            {
                throw new HubConnectionException($"The connection has ended ({Ending()}).") { IsNotSent = true };
            }

            id = ++_lastCall;
            _calls.Add(id, call);
        }

        try
        {
            _writer.TryWrite((method, id, state, write), static (json, c) =>
            {
                json.WriteNumber("type"u8, HubRecord.Invocation);
                json.WriteString("target"u8, c.method);
                Span<byte> text = stackalloc byte[20];
                c.id.TryFormat(text, out var length);
                json.WriteString("invocationId"u8, text[..length]);
                json.WriteStartArray("arguments"u8);
                c.write(json, c.state);
                json.WriteEndArray();
            });
        }
        catch
        {
            Take(id);
            throw;
        }

        if (cancellationToken.CanBeCanceled)
        {
            call.CancelWith(() => Take(id), cancellationToken);
        }

        return call.Task;
    }

    private static void Write<T>(Utf8JsonWriter json, T value) => JsonSerializer.Serialize(json, value, Json<T>.Info);
}
