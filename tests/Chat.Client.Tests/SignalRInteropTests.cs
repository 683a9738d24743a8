using System.Threading.Channels;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Client.Tests;

/// <summary>Against SignalR's own server.</summary>
public sealed class SignalRInteropTests
{
    [Fact]
    public async Task Calls_results_errors_and_pushes_pass_between_client_and_SignalR()
    {
        await using var server = await ScriptedServer.WithHub<EchoHub>();
        var listener = new Listener();
        await using var connection = await server.ConnectAsync(listener);
        var room = new RoomId(11);

        var acks = await Wait.For(
            Task.WhenAll(Enumerable.Range(1, 200).Select(i => connection.SendAsync(room, new($"c{i}", new string('ß', i))))), "answers");

        acks.Select(a => a.MessageId.Value).ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i), "each answer belongs to its own call");
        (await Wait.For(listener.Pushes.Reader.ReadAsync().AsTask(), "typing")).ShouldBe(new TypingPush(room, new(1)));
        var refused = await Should.ThrowAsync<HubCallException>(connection.TypingAsync(room));
        refused.Code.ShouldBe("rate.limited");
        refused.Message.ShouldBe("Slow down: please.");
        refused.ErrorCode.ShouldBeSameAs(ErrorCode.RateLimited);
        (await Should.ThrowAsync<HubCallException>(connection.DeleteAsync(room, 1))).Code.ShouldBe(HubCallException.NoCode);
        var synced = (await connection.SyncAsync(new() { [room] = 5 })).Single();
        (synced.RoomId, synced.LastSeq, synced.Reset).ShouldBe((room, 5L, true));

        await connection.CloseAsync();
        (await Wait.For(connection.Closed, "close")).ShouldBe(new HubClose(null, null, null));
    }

    private sealed class Listener : IHubListener
    {
        public Channel<HubPush> Pushes { get; } = Channel.CreateUnbounded<HubPush>();

        public void Take(HubPush push) => Pushes.Writer.TryWrite(push);
    }

    public sealed class EchoHub : Hub
    {
        public async Task<SendAck> Send(RoomId roomId, SendRequest message)
        {
            await Clients.Caller.SendAsync("typing", roomId, new UserId(message.Text!.Length));
            return new(roomId, 1, new(message.Text.Length), DateTimeOffset.UnixEpoch);
        }

        public Task Typing(RoomId roomId) => throw new HubException("rate.limited: Slow down: please.");

        public Task Delete(RoomId roomId, long seq) => throw new InvalidOperationException("internal: detail");

        public List<SyncResult> Sync(Dictionary<RoomId, long> cursors) =>
            [.. cursors.Select(c => new SyncResult(c.Key, c.Value, [], false, true))];
    }
}
