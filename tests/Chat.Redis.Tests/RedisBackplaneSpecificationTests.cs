using Chat.Abstractions;
using Chat.Testing.Servers;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

/// <summary>Two processes on one server.</summary>
public sealed class RedisBackplaneSpecificationTests : BackplaneSpecification, IAsyncLifetime
{
    private RedisServer? _server;
    private RedisProcess? _here;
    private RedisProcess? _there;

    protected override IBackplane Here => _here!.Backplane;

    protected override IBackplane There => _there!.Backplane;

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
        await _here!.DisposeAsync();
        await _there!.DisposeAsync();
        await _server!.DisposeAsync();
    }
}
