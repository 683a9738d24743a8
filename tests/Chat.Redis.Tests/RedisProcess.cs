using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Backplane.Local;
using Chat.State.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Redis.Tests;

/// <summary>All that one process of ours has to do with Redis.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    public static readonly TimeSpan SessionTrust = TimeSpan.FromSeconds(3);

    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private RedisProcess(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    public IBackplane Backplane => _services.GetRequiredService<IBackplane>();

    public IPresence Presence => _services.GetRequiredService<IPresence>();

    public ISessionCache Sessions => _services.GetRequiredService<ISessionCache>();

    public IRecentMessages Recent => _services.GetRequiredService<IRecentMessages>();

    public IRateLimiter Limiter => _services.GetRequiredService<IRateLimiter>();

    public RedisServers Servers => _services.GetRequiredService<RedisServers>();

    public LogLines Logs => _services.GetRequiredService<LogLines>();

    public static Task<RedisProcess> StartAsync(params string[] servers) => StartAsync(_ => { }, servers);

    public static Task<RedisProcess> StartAsync(TimeProvider time, params string[] servers) => StartAsync(_ => { }, time, servers);

    public static Task<RedisProcess> StartAsync(Action<RedisOptions> configure, params string[] servers) =>
        StartAsync(configure, TimeProvider.System, servers);

    private static async Task<RedisProcess> StartAsync(Action<RedisOptions> configure, TimeProvider time, string[] servers)
    {
        var logs = new LogLines();
        var collection = new ServiceCollection()
            .AddSingleton(logs)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(logs))
            .AddSingleton(time)
            .AddLocalBackplane()
            .AddLocalState()
            .AddRedisBackplane()
            .AddRedisPresence()
            .AddRedisRateLimiter()
            .AddSingleton(new SessionCacheLimits(1000, SessionTrust))
            .AddRedisSessionCache()
            .AddRedisRecentMessages();
        collection.Configure<RedisOptions>(options =>
        {
            foreach (var server in servers)
            {
                options.Servers.Add(server);
            }

            configure(options);
            options.Problems().ShouldBeEmpty();
        });
        var process = new RedisProcess(collection.BuildServiceProvider());
        foreach (var service in process._services.GetServices<IHostedService>())
        {
            await service.StartAsync(default);
            process._started.Add(service);
        }

        return process;
    }

    /// <summary>Until the servers of those indexes are there, or away.</summary>
    public Task UntilAsync(bool up, params int[] servers) => Wait.Until(
        () => servers.All(server => Servers.Links[server].IsUp == up), () => $"{(up ? "way to" : "loss of")} servers {string.Join(',', servers)}");

    /// <summary>As if the process were killed: from one moment to the next nothing of it reaches a server any more.</summary>
    public ValueTask KillAsync() => Servers.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_started))
        {
            await service.StopAsync(default);
        }

        await _services.DisposeAsync();
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    public IReadOnlyCollection<(LogLevel Level, string Text)> All => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception) + exception));

    public void Dispose()
    {
    }
}
