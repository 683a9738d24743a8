using Chat.Abstractions;
using Chat.Client;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Gateway.Tests;

/// <summary>Promise 6 where retention dropped the beginning of a log: never a partial answer without saying so.</summary>
public sealed class DroppedLogTests
{
    [Theory]
    [InlineData(3, 2, true)] // in the middle of what is gone
    [InlineData(3, 3, false)] // just behind it
    [InlineData(6, 2, true)] // nothing is left
    [InlineData(6, 6, false)] // nothing is lacking
    public async Task Cursor_in_what_was_dropped_is_told_to_start_afresh(long dropped, long cursor, bool reset)
    {
        await using var host = await GatewayHost.StartWithAsync(services => services.AddSingleton<IRoomReader>(
            provider => new DroppedReader(provider.GetRequiredService<InMemoryStore>(), dropped)));
        var ann = await host.RegisterAsync();
        var room = await host.MakeRoomAsync(ann);
        for (var i = 3; i <= 6; i++)
        {
            await host.SayAsync(room, ann, $"c{i}");
        }

        await using var hub = await HubConnection.ConnectAsync(new() { Server = host.Address, AccessToken = ann.Token }, new Deaf());
        var answer = (await hub.SyncAsync(new() { [room] = cursor })).Single();

        (answer.Reset, answer.LastSeq, answer.More).ShouldBe((reset, 6L, false));
        answer.Events.Select(e => e.Seq).ShouldBe(reset ? [] : Enumerable.Range((int)cursor + 1, 6 - (int)cursor).Select(i => (long)i));
    }

    private sealed class Deaf : IHubListener
    {
        public void Take(HubPush push)
        {
        }
    }

    private sealed class DroppedReader(IRoomReader store, long dropped) : IRoomReader
    {
        public async Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
            RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
            await store.ReadEventsAsync(room, reader, Math.Max(after, dropped), limit, cancellationToken);

        public Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
            RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default) =>
            store.ReadMessagesAsync(room, reader, query, cancellationToken);

        public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
            store.ReadMessageAsync(room, reader, seq, cancellationToken);

        public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
            store.ReadPinsAsync(room, reader, cancellationToken);

        public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
            RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
            store.ReadMembersAsync(room, reader, after, limit, cancellationToken);
    }
}
