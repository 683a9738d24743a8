using System.Net.WebSockets;
using System.Text;
using Chat.Abstractions;
using Chat.Client;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Gateway.Tests;

/// <summary>A client whose handshake was answered is attached to its rooms, however long that takes the server.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task Message_sent_right_after_the_connection_is_up_is_pushed()
    {
        await using var host = await StartAsync();
        var ann = await host.RegisterAsync();
        var room = await host.MakeRoomAsync(ann);
        var listener = new Listener();
        await using var hub = await HubConnection.ConnectAsync(new() { Server = host.Address, AccessToken = ann.Token }, listener);

        await host.SayAsync(room, ann, "at once");

        (await listener.Events.Reader.ReadAsync().AsTask().Within("the message")).Message!.Text.ShouldBe("at once");
    }

    [Fact]
    public async Task Session_that_ends_right_after_the_connection_is_up_says_goodbye()
    {
        await using var host = await StartAsync();
        var ann = await host.RegisterAsync();
        await using var hub = await HubConnection.ConnectAsync(new() { Server = host.Address, AccessToken = ann.Token }, new Listener());

        (await host.PostAsync("/api/auth/logout", new { refreshToken = ann.RefreshToken })).Status.ShouldBe(204);

        (await hub.Closed.Within("the end of the connection")).Bye.ShouldBe("session.ended");
    }

    [Fact]
    public async Task What_happens_before_the_handshake_waits_for_it_and_comes_in_order()
    {
        await using var host = await StartAsync();
        var ann = await host.RegisterAsync();
        var room = await host.MakeRoomAsync(ann);
        using var socket = await OpenAsync(host, ann);
        await Bounded.Until(() => Live(host).Feeds.Rooms().Contains(room), "the connection at its room");
        for (var i = 0; i < 20; i++)
        {
            await host.SayAsync(room, ann, $"early {i}");
        }

        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        await host.SayAsync(room, ann, "late");
        var heard = await ReadUntilAsync(socket, "late");

        heard.ShouldStartWith("{}\u001e");
        var positions = Enumerable.Range(0, 20).Select(i => heard.IndexOf($"\"early {i}\"", StringComparison.Ordinal)).ToList();
        positions.ShouldAllBe(p => p > 0);
        positions.ShouldBeInOrder();
    }

    [Fact]
    public async Task Connection_that_goes_without_a_handshake_leaves_nothing_behind()
    {
        await using var host = await StartAsync();
        var ann = await host.RegisterAsync();
        var room = await host.MakeRoomAsync(ann);
        using (await OpenAsync(host, ann))
        {
            await Bounded.Until(() => Live(host).Feeds.Rooms().Contains(room), "the connection at its room");
        }

        await Bounded.Until(() => Live(host).Count == 0, "the end of the connection");
    }

    [Fact]
    public async Task Store_that_is_away_is_said_so_and_the_connection_ends()
    {
        await using var host = await StartAsync();
        var ann = await host.RegisterAsync();
        // So that the request itself is let through.
        (await host.GetAsync("/api/users/me", ann.Token)).Status.ShouldBe(200);
        host.Store.Unavailable = true;

        await using var hub = await HubConnection.ConnectAsync(new() { Server = host.Address, AccessToken = ann.Token }, new Listener());

        var end = await hub.Closed.Within("the end of the connection");
        end.Error.ShouldNotBeNull().ShouldContain("storage.unavailable");
    }

    private static Task<GatewayHost> StartAsync() => GatewayHost.StartWithAsync(services => services.AddSingleton<IRoomDirectory>(
        provider => new SlowDirectory(provider.GetRequiredService<InMemoryStore>())));

    private static Hub.LiveConnections Live(GatewayHost host) => host.Services.GetRequiredService<Hub.LiveConnections>();

    private static async Task<ClientWebSocket> OpenAsync(GatewayHost host, SignedIn user)
    {
        var socket = new ClientWebSocket();
        var address = new UriBuilder(new Uri(host.Address, "hubs/chat")) { Scheme = "ws", Query = $"access_token={user.Token}" };
        await socket.ConnectAsync(address.Uri, default);
        return socket;
    }

    private static async Task<string> ReadUntilAsync(ClientWebSocket socket, string text)
    {
        var heard = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!heard.ToString().Contains($"\"{text}\"", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, default).Within(text);
            heard.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }

        return heard.ToString();
    }

    private sealed class Listener : IHubListener
    {
        public System.Threading.Channels.Channel<RoomEvent> Events { get; } = System.Threading.Channels.Channel.CreateUnbounded<RoomEvent>();

        public void Take(HubPush push)
        {
            foreach (var e in push is EventsPush events ? events.Events : [])
            {
                Events.Writer.TryWrite(e);
            }
        }
    }

    /// <summary>Takes so long over a user's rooms that whoever does not wait for it is first.</summary>
    private sealed class SlowDirectory(IRoomDirectory store) : IRoomDirectory
    {
        private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);

        public async Task<IReadOnlyList<Membership>> ListMembershipsAsync(UserId user, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Delay, TimeProvider.System, cancellationToken);
            return await store.ListMembershipsAsync(user, cancellationToken);
        }

        public Task<IReadOnlyList<MemberRoom>> ListRoomsAsync(UserId user, RoomId after, int limit, CancellationToken cancellationToken = default) =>
            store.ListRoomsAsync(user, after, limit, cancellationToken);

        public Task<Membership?> FindMembershipAsync(RoomId room, UserId user, CancellationToken cancellationToken = default) =>
            store.FindMembershipAsync(room, user, cancellationToken);

        public Task<int> CountRoomsAsync(UserId user, CancellationToken cancellationToken = default) => store.CountRoomsAsync(user, cancellationToken);

        public Task<IReadOnlyList<RoomHead>> DiscoverAsync(
            string query, UserId reader, RoomId after, int limit, CancellationToken cancellationToken = default) =>
            store.DiscoverAsync(query, reader, after, limit, cancellationToken);

        public Task<RoomId?> FindDirectAsync(string directKey, CancellationToken cancellationToken = default) =>
            store.FindDirectAsync(directKey, cancellationToken);
    }
}
