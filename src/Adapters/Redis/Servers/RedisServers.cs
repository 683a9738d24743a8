using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chat.Redis;

/// <summary>
/// The configured Redis servers, one way to each, shared by all that use Redis. Starts with the host and does not mind servers that are away.
/// Thread safe.
/// </summary>
internal sealed class RedisServers : IHostedService, IHealthPart, IAsyncDisposable
{
    // So that a process that starts normally hears of everything from its first connection on.
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private int _disposed;

    public RedisServers(IOptions<RedisOptions> options, RedisMetrics metrics, TimeProvider time, ILogger<RedisLink> logger)
    {
        _time = time;
        Prefix = options.Value.Prefix;
        Process = Guid.NewGuid().ToString("n")[..16];
        Links = [.. options.Value.Servers.Select((server, index) => new RedisLink(index, server, Process, options.Value, metrics, time, logger))];
        metrics.Observe(() => Links.Count(link => !link.IsUp));
    }

    /// <summary>Names this run of this process among the others; never used again.</summary>
    public string Process { get; }

    /// <summary>Begins the name of every key and channel.</summary>
    public string Prefix { get; }

    /// <summary>The servers, in the order of the configuration.</summary>
    public IReadOnlyList<RedisLink> Links { get; }

    /// <inheritdoc />
    public string? Degraded => Links.Where(link => link.AwaySince is not null).ToList() is { Count: > 0 } away
        ? $"Redis: {string.Join(", ", away.Select(link => $"server {link.Index + 1} of {Links.Count} is away since {link.AwaySince:yyyy-MM-dd'T'HH:mm:ss'Z'}"))}."
        : null;

    /// <summary>The server of a room.</summary>
    public RedisLink Of(RoomId room) => Links[LogicalShards.Of(room) % Links.Count];

    /// <summary>The server of a user.</summary>
    public RedisLink Of(UserId user) => Links[LogicalShards.Of(user) % Links.Count];

    /// <summary>The server of a session: its user's.</summary>
    public RedisLink Of(SessionId session) => Links[LogicalShards.Of(session) % Links.Count];

    /// <summary>The server of any other key.</summary>
    public RedisLink Of(string key) => Links[LogicalShards.OfKey(key) % Links.Count];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var link in Links)
        {
            link.Start();
        }

        try
        {
            await Task.WhenAll(Links.Select(link => link.FirstUp)).WaitAsync(StartWait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // They come when they come; what depends on them is told.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // It is registered under several types, each of which the container disposes.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var link in Links)
        {
            await link.DisposeAsync();
        }
    }
}
