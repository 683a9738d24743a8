using Chat.Abstractions;
using Chat.Testing.Servers;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

public sealed class RedisRecentMessagesTests : RecentMessagesSpecification, IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisProcess _here = null!;
    private RedisProcess _there = null!;

    protected override IRecentMessages Here => _here.Recent;

    protected override IRecentMessages There => _there.Recent;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _here = await RedisProcess.StartAsync(_server.Endpoint);
        _there = await RedisProcess.StartAsync(_server.Endpoint);
        await _here.UntilAsync(up: true, 0);
        await _there.UntilAsync(up: true, 0);
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_page_is_dropped_by_the_server_after_a_while()
    {
        var room = NewRoom();
        await Here.KeepAsync(room, new RecentPage(1, IsWhole: true, []));
        await using var control = await RedisControl.ConnectAsync(_server);
        (await control.Database.KeyTimeToLiveAsync($"chat:recent:{room}"))!.Value.ShouldBeInRange(TimeSpan.FromMinutes(9), IRecentMessages.Life);
    }

    [Fact]
    public async Task What_is_no_page_is_passed_over_and_logged()
    {
        var room = NewRoom();
        await using var control = await RedisControl.ConnectAsync(_server);
        await control.Database.StringSetAsync($"chat:recent:{room}", "no page");
        (await There.FindAsync(room)).ShouldBeNull();
        _there.Logs.All.ShouldContain(line => line.Text.Contains("no page of messages", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_server_is_away_nothing_is_known_and_nothing_waits()
    {
        var room = NewRoom();
        await Here.KeepAsync(room, new RecentPage(1, IsWhole: true, []));
        await _server.KillAsync();
        await _here.UntilAsync(up: false, 0);
        (await Here.FindAsync(room)).ShouldBeNull();
        await Here.KeepAsync(room, new RecentPage(2, IsWhole: true, []));
    }
}
