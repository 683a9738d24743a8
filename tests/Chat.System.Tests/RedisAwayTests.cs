using Chat.Client;
using Chat.Contracts;
using Chat.Testing.Servers;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>A server that shares everything it can through Redis, while Redis comes and goes.</summary>
public sealed class RedisAwayTests(ITestOutputHelper output) : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private ServerProcess _server = null!;
    private HttpClient _http = null!;
    private ChatApi _api = null!;
    private int _users;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _server = new ServerProcess(
            ("Chat__Backplane", "Redis"), ("Chat__Presence", "Redis"), ("Chat__SessionCache", "Redis"), ("Chat__RateLimiter", "Redis"),
            ("Chat__RecentMessages", "Redis"), ("Chat__Redis__Servers__0", _redis.Endpoint));
        _http = new HttpClient { BaseAddress = _server.Address, Timeout = Wait.Limit };
        _api = new ChatApi(_http);
    }

    public async Task DisposeAsync()
    {
        output.WriteLine(_server.Tail());
        _http.Dispose();
        await _server.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Redis_killed_and_restarted_costs_nobody_their_chat()
    {
        await _server.StartAsync();
        (await HealthAsync()).ShouldBe("ready");
        var (ann, ben) = (await NewUserAsync(), await NewUserAsync());
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Private, "Room", null, [ben.Id]))).RoomId;
        await using var device = await ben.OpenAsync();
        await ChatAsync(ann, ben, device, room, "before");

        await _redis.KillAsync();
        await Wait.Until(async () => (await HealthAsync()).StartsWith("degraded", StringComparison.Ordinal), () => "health that says degraded");
        (await HealthAsync()).ShouldStartWith("degraded\nRedis: server 1 of 1 is away since 20");
        await ChatAsync(ann, ben, device, room, "meanwhile");
        var late = await ben.OnAnotherDeviceAsync();
        await using (var second = await late.OpenAsync())
        {
            await ChatAsync(ann, late, second, room, "on another device");
        }

        await _redis.StartAsync();
        await Wait.Until(async () => await HealthAsync() == "ready", () => "health that says ready");
        await ChatAsync(ann, ben, device, room, "afterwards");
        device.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Redis_that_stands_still_slows_nobody_down()
    {
        await _server.StartAsync();
        var (ann, ben) = (await NewUserAsync(), await NewUserAsync());
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Private, "Room", null, [ben.Id]))).RoomId;
        await using var device = await ben.OpenAsync();
        await ChatAsync(ann, ben, device, room, "before");
        var clock = TimeProvider.System;
        var took = new List<TimeSpan>();
        _redis.Freeze();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var begun = clock.GetTimestamp();
                var sent = await ann.SayAsync(room, $"message {i}");
                await device.UntilSeqAsync(room, sent.Seq);
                took.Add(clock.GetElapsedTime(begun));
            }
        }
        finally
        {
            _redis.Thaw();
        }

        took.Sort();
        output.WriteLine($"median {took[25]}, slowest {took[^1]}");
        // The first ones wait until it is noticed, a quarter of a second for each question to Redis on their way; then nobody asks.
        took[25].ShouldBeLessThan(TimeSpan.FromSeconds(0.25), "at the median");
        await Wait.Until(async () => await HealthAsync() == "ready", () => "health that says ready");
        await ChatAsync(ann, ben, device, room, "afterwards");
    }

    [Fact]
    public async Task A_server_starts_without_Redis_and_finds_it_later()
    {
        await _redis.KillAsync();
        await _server.StartAsync();
        (await HealthAsync()).ShouldStartWith("degraded\n");
        var (ann, ben) = (await NewUserAsync(), await NewUserAsync());
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Private, "Room", null, [ben.Id]))).RoomId;
        await using var device = await ben.OpenAsync();
        await ChatAsync(ann, ben, device, room, "without Redis");
        await _redis.StartAsync();
        await Wait.Until(async () => await HealthAsync() == "ready", () => "health that says ready");
        await ChatAsync(ann, ben, device, room, "with Redis");
    }

    /// <summary>A message, its arrival, the first page, presence.</summary>
    private static async Task ChatAsync(TestUser from, TestUser to, Device at, RoomId room, string text)
    {
        var sent = await from.SayAsync(room, text);
        await at.UntilSeqAsync(room, sent.Seq);
        for (var i = 0; i < 2; i++)
        {
            (await to.Api.MessagesAsync(room, MessageRange.Newest)).Items[0].Text.ShouldBe(text);
        }

        await Wait.Until(
            async () => (await at.Connection.WatchAsync([to.Id])).Single().State is PresenceState.Online, () => $"presence of {to.Name}");
    }

    private async Task<TestUser> NewUserAsync()
    {
        var name = $"user-{Interlocked.Increment(ref _users)}";
        return new TestUser(_server, _api, await _api.RegisterAsync(new(name, TestUser.Password, Device: "first")));
    }

    private Task<string> HealthAsync() => _http.GetStringAsync(new Uri("health/ready", UriKind.Relative));
}
