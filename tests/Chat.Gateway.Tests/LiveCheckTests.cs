using Chat.Abstractions;
using Chat.Client;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Gateway.Tests;

/// <summary>News that is lost between processes, all of it: what connections miss is looked up.</summary>
public sealed class LiveCheckTests
{
    // Short steps, and pings in between: the server takes a client for gone that says nothing for 45 seconds of the test's clock.
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PingEvery = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Last_message_of_a_room_that_falls_silent_arrives_although_its_news_was_lost()
    {
        await using var world = await World.StartAsync();
        var room = await world.Host.MakeRoomAsync(world.Ann, world.Bob);
        await using var bob = await world.ConnectAsync(world.Bob);

        await world.Host.SayAsync(room, world.Ann, "the last one");

        await world.UntilAsync(() => bob.Events(room).Any(e => e.Message?.Text == "the last one"), "the message whose news was lost");
    }

    [Fact]
    public async Task Room_that_was_gained_without_news_of_it_is_told_and_heard()
    {
        await using var world = await World.StartAsync();
        await using var bob = await world.ConnectAsync(world.Bob);

        var room = await world.Host.MakeRoomAsync(world.Ann, world.Bob);
        await world.UntilAsync(() => bob.Changes(room).Any(c => c.Change is MemberChange.Joined), "the room that was gained");
        await world.Host.SayAsync(room, world.Ann, "welcome");

        await world.UntilAsync(() => bob.Events(room).Any(e => e.Message?.Text == "welcome"), "a message of the room that was gained");
    }

    [Fact]
    public async Task Room_that_was_lost_without_news_of_it_is_told_and_heard_no_more()
    {
        await using var world = await World.StartAsync();
        var room = await world.Host.MakeRoomAsync(world.Ann, world.Bob);
        await using var bob = await world.ConnectAsync(world.Bob);
        await using var ann = await world.ConnectAsync(world.Ann);
        (await world.Host.SendAsync(HttpMethod.Delete, $"/api/rooms/{room}/members/{world.Bob.UserId}", body: null, world.Ann.Token)).Status.ShouldBe(204);
        await world.Host.SayAsync(room, world.Ann, "without Bob");

        await world.UntilAsync(() => bob.Changes(room).Any(c => c.Change is MemberChange.Removed), "the room that was lost");
        await world.UntilAsync(() => ann.Events(room).Any(e => e.Message?.Text == "without Bob"), "the message after the removal at another member");

        bob.Events(room)[^1].Change.ShouldBe(MemberChange.Removed);
    }

    [Fact]
    public async Task Session_that_ended_without_news_of_it_loses_its_connections()
    {
        await using var world = await World.StartAsync();
        await using var bob = await world.ConnectAsync(world.Bob);
        var other = SignedIn.From(
            world.Bob.Username, await world.Host.PostAsync("/api/auth/login", new { username = world.Bob.Username, password = SignedIn.Password }));
        (await world.Host.SendAsync(HttpMethod.Delete, $"/api/auth/sessions/{world.Bob.SessionId}", body: null, other.Token)).Status.ShouldBe(204);

        await world.UntilAsync(() => bob.Connection.Closed.IsCompleted, "the end of the connection");

        (await bob.Connection.Closed).Bye.ShouldBe("session.ended");
    }

    [Fact]
    public async Task Way_that_is_back_is_a_reason_to_look_at_once()
    {
        await using var world = await World.StartAsync("--Chat:Feed:CheckEvery=00:01:00", "--Chat:Feed:GapGrace=00:00:00");
        var room = await world.Host.MakeRoomAsync(world.Ann, world.Bob);
        await using var bob = await world.ConnectAsync(world.Bob);
        await world.Host.SayAsync(room, world.Ann, "while it was away");

        world.Backplane.Restore();

        await Bounded.Until(() => bob.Events(room).Any(e => e.Message?.Text == "while it was away"), "the message after the outage, without waiting");
    }

    [Fact]
    public async Task Store_that_does_not_answer_is_asked_again()
    {
        await using var world = await World.StartAsync();
        var room = await world.Host.MakeRoomAsync(world.Ann, world.Bob);
        await using var bob = await world.ConnectAsync(world.Bob);
        await world.Host.SayAsync(room, world.Ann, "later");
        world.Host.Store.Unavailable = true;
        await world.UntilAsync(
            () => world.Host.Logs.Lines.Any(l => l.Contains("could not be looked up", StringComparison.Ordinal)), "a line about the store");
        world.Host.Store.Unavailable = false;

        await world.UntilAsync(() => bob.Events(room).Any(e => e.Message?.Text == "later"), "the message once the store answers");
    }

    private sealed class World(GatewayHost host, DeafBackplane backplane, SignedIn ann, SignedIn bob) : IAsyncDisposable
    {
        public GatewayHost Host => host;

        public DeafBackplane Backplane => backplane;

        public SignedIn Ann => ann;

        public SignedIn Bob => bob;

        public static async Task<World> StartAsync(params string[] settings)
        {
            var backplane = new DeafBackplane();
            var host = await GatewayHost.StartWithAsync(
                services => services.AddSingleton<IBackplane>(backplane), [$"--Chat:Feed:CheckEvery={Every:c}", .. settings]);
            return new World(host, backplane, await host.RegisterAsync(), await host.RegisterAsync());
        }

        public async Task<Listener> ConnectAsync(SignedIn user)
        {
            var listener = new Listener();
            listener.Connection = await HubConnection.ConnectAsync(new() { Server = host.Address, AccessToken = user.Token, KeepAlive = PingEvery }, listener);
            return listener;
        }

        /// <summary>Moves the clock from check to check until the condition holds.</summary>
        public Task UntilAsync(Func<bool> condition, string missing) => Wait.Until(
            () =>
            {
                host.Clock.Advance(Every);
                return condition();
            },
            () => missing);

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }

    private sealed class Listener : IHubListener, IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<HubPush> _pushes = [];

        public HubConnection Connection { get; set; } = null!;

        public void Take(HubPush push)
        {
            lock (_gate)
            {
                _pushes.Add(push);
            }
        }

        public List<RoomEvent> Events(RoomId room) => [.. Of<EventsPush>().Where(p => p.RoomId == room).SelectMany(p => p.Events)];

        public List<RoomsChange> Changes(RoomId room) => [.. Of<RoomsPush>().Select(p => p.Change).Where(c => c.RoomId == room)];

        public ValueTask DisposeAsync() => Connection.DisposeAsync();

        private List<T> Of<T>()
        {
            lock (_gate)
            {
                return [.. _pushes.OfType<T>()];
            }
        }
    }

    /// <summary>Says that it reaches other processes, and loses everything.</summary>
    private sealed class DeafBackplane : IBackplane
    {
        private Action<BackplaneOutage>? _outages;

        public bool SpansProcesses => true;

        public void Restore() => _outages!(new BackplaneOutage(0, 1, IsOver: true));

        public void Publish(RoomId room, RoomNews news)
        {
        }

        public void Publish(UserId user, UserNews news)
        {
        }

        public void Publish(GlobalNews news)
        {
        }

        public ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler) => new(new Subscription());

        public ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler) => new(new Subscription());

        public ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler) => new(new Subscription());

        public IDisposable OnOutage(Action<BackplaneOutage> handler)
        {
            _outages += handler;
            return new Subscription();
        }

        private sealed class Subscription : IDisposable
        {
            public void Dispose()
            {
            }
        }
    }
}
