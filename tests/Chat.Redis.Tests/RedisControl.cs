using System.Globalization;
using Chat.Testing.Servers;
using StackExchange.Redis;

namespace Chat.Redis.Tests;

/// <summary>A look into the server from outside.</summary>
internal sealed class RedisControl : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly RedisServer _server;

    private RedisControl(ConnectionMultiplexer multiplexer, RedisServer server) => (_multiplexer, _server) = (multiplexer, server);

    public IDatabase Database => _multiplexer.GetDatabase();

    public static async Task<RedisControl> ConnectAsync(RedisServer server) =>
        new(await ConnectionMultiplexer.ConnectAsync($"{server.Endpoint},allowAdmin=true"), server);

    public Task<long> ListenersAsync(string channel) =>
        _multiplexer.GetServer(_server.Endpoint).SubscriptionSubscriberCountAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal));

    /// <summary>How many commands the server has carried out.</summary>
    public async Task<long> CommandsAsync() => long.Parse(
        (await _multiplexer.GetServer(_server.Endpoint).InfoAsync("stats")).SelectMany(group => group)
            .Single(pair => pair.Key == "total_commands_processed").Value,
        CultureInfo.InvariantCulture);

    public async Task<DateTimeOffset> TimeAsync() => new(await _multiplexer.GetServer(_server.Endpoint).TimeAsync(), TimeSpan.Zero);

    public Task EmptyAsync() => _multiplexer.GetServer(_server.Endpoint).FlushAllDatabasesAsync();

    public async ValueTask DisposeAsync()
    {
        await _multiplexer.CloseAsync();
        _multiplexer.Dispose();
    }
}
