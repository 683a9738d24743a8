using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Redis;

/// <summary>
/// The backplane of several processes (docs/adr/0010). Around that of this process, which serves subscribers here at once and whatever Redis
/// does; beside it each piece of news goes, written once, to the channel of its room or user, which other processes subscribe only while
/// somebody of theirs listens. With several servers each carries its part of the rooms and users. News for every process goes through the
/// first server that is there; all listen on every server.
/// </summary>
internal sealed partial class RedisBackplane(IBackplane local, RedisServers servers, RedisMetrics metrics, ILogger<RedisBackplane> logger) : IBackplane
{
    private readonly NewsFormat _format = new(servers.Process);

    /// <inheritdoc />
    public bool SpansProcesses => true;

    /// <inheritdoc />
    public void Publish(RoomId room, RoomNews news)
    {
        local.Publish(room, news);
        if (Way(servers.Of(room)) is { } link)
        {
            link.Publish(ChannelOf(room), _format.Write(news));
        }
    }

    /// <inheritdoc />
    public void Publish(UserId user, UserNews news)
    {
        local.Publish(user, news);
        if (Way(servers.Of(user)) is { } link)
        {
            link.Publish(ChannelOf(user), _format.Write(news));
        }
    }

    /// <inheritdoc />
    public void Publish(GlobalNews news)
    {
        local.Publish(news);
        if (Way(servers.Links.FirstOrDefault(link => link.IsUp)) is { } link)
        {
            link.Publish(ChannelOfAll, _format.Write(news));
        }
    }

    /// <inheritdoc />
    public async ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler)
    {
        var here = await local.SubscribeAsync(room, handler);
        var there = await servers.Of(room).SubscribeAsync(
            ChannelOf(room), document => Hear(document, NewsFormat.ToRoomNews, news => local.Publish(room, news)));
        return Both(here, there);
    }

    /// <inheritdoc />
    public async ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler)
    {
        var here = await local.SubscribeAsync(user, handler);
        var there = await servers.Of(user).SubscribeAsync(
            ChannelOf(user), document => Hear(document, NewsFormat.ToUserNews, news => local.Publish(user, news)));
        return Both(here, there);
    }

    /// <inheritdoc />
    public async ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler)
    {
        var subscriptions = new List<IDisposable> { await local.SubscribeAsync(handler) };
        foreach (var link in servers.Links)
        {
            subscriptions.Add(await link.SubscribeAsync(ChannelOfAll, document => Hear(document, NewsFormat.ToGlobalNews, local.Publish)));
        }

        return new Ending(() => subscriptions.ForEach(subscription => subscription.Dispose()));
    }

    /// <inheritdoc />
    public IDisposable OnOutage(Action<BackplaneOutage> handler)
    {
        var heard = servers.Links.Select(link => link.OnChange(up => handler(new BackplaneOutage(link.Index, servers.Links.Count, IsOver: up)))).ToList();
        return new Ending(() => heard.ForEach(subscription => subscription.Dispose()));
    }

    private string ChannelOfAll => $"{servers.Prefix}:all";

    private string ChannelOf(RoomId room) => $"{servers.Prefix}:room:{room}";

    private string ChannelOf(UserId user) => $"{servers.Prefix}:user:{user}";

    /// <summary>Null, and the news is lost, when nothing can be sent now; then it is not written down either.</summary>
    private RedisLink? Way(RedisLink? link)
    {
        if (link is { IsUp: true })
        {
            return link;
        }

        metrics.DroppedAway();
        return null;
    }

    private static Ending Both(IDisposable here, IDisposable there) => new(() =>
    {
        here.Dispose();
        there.Dispose();
    });

    private void Hear<TNews>(byte[] document, Func<NewsDocument, TNews?> convert, Action<TNews> publish)
        where TNews : class
    {
        if (_format.IsOwn(document))
        {
            return;
        }

        metrics.Received();
        try
        {
            if (convert(NewsFormat.Read(document)) is { } news)
            {
                publish(news);
            }
        }
        catch (JsonException e)
        {
            metrics.DroppedMalformed();
            Log.Malformed(logger, typeof(TNews).Name, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Warning, "A document that is no {News} came from the backplane and was dropped: {Reason}")]
        public static partial void Malformed(ILogger logger, string news, string reason);
    }
}
