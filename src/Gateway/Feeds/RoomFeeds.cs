using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Gateway.Feeds;

/// <summary>The feeds of this process: one per room that has a local connection, made with the first and ended with the last.</summary>
internal sealed class RoomFeeds(IBackplane backplane, IRoomDirectory directory, FeedContext context)
{
    private readonly ConcurrentDictionary<RoomId, OpenFeed> _feeds = new();

    /// <summary>How many rooms have a local connection.</summary>
    public int Count => _feeds.Count;

    /// <summary>The rooms that have a local connection.</summary>
    public IEnumerable<RoomId> Rooms() => _feeds.Keys;

    /// <summary>See <see cref="RoomFeed.Advance"/>; a room without a feed lacks nothing.</summary>
    public void Advance(RoomId room, long lastSeq)
    {
        if (_feeds.TryGetValue(room, out var open))
        {
            open.Feed.Advance(lastSeq);
        }
    }

    /// <summary>
    /// Attaches a connection to a room of its user, whose membership was read as <paramref name="membership"/>. When the task is done, every
    /// event that is committed from then on will reach the connection.
    /// </summary>
    public async ValueTask AttachAsync(IFeedConnection connection, Membership membership)
    {
        var known = membership;
        while (known.IsMember)
        {
            var open = _feeds.GetOrAdd(known.RoomId, static (room, state) => state.Self.Open(room, state.LastSeq), (Self: this, known.LastSeq));
            await open.Subscription.EnsureAsync();
            if (open.Feed.TryAttach(connection, known.LastSeq))
            {
                // The connection may have closed meanwhile and left a feed that nobody will ever detach from.
                EndIfEmpty(open);
                return;
            }

            // The feed was just ended, or is ahead of what was read: look again.
            if (await directory.FindMembershipAsync(known.RoomId, connection.User) is not { } fresh)
            {
                return;
            }

            known = fresh;
        }
    }

    /// <summary>Detaches a connection; ends the feed when nobody is left.</summary>
    public void Detach(IFeedConnection connection, RoomId room)
    {
        if (_feeds.TryGetValue(room, out var open))
        {
            open.Feed.Detach(connection);
            EndIfEmpty(open);
        }
    }

    /// <summary>See <see cref="RoomFeed.TryResume"/>; a room without a feed has nothing to resume.</summary>
    public bool TryResume(IFeedConnection connection, RoomId room, long lastSeq) =>
        !_feeds.TryGetValue(room, out var open) || open.Feed.TryResume(connection, lastSeq);

    private void EndIfEmpty(OpenFeed open)
    {
        if (open.Feed.TryClose())
        {
            _feeds.TryRemove(new KeyValuePair<RoomId, OpenFeed>(open.Feed.Room, open));
            open.Subscription.Dispose();
        }
    }

    // Heard from the backplane before the connection's own reading of the log ends; what lies between is the feed's gap to fill.
    private OpenFeed Open(RoomId room, long position)
    {
        var feed = new RoomFeed(room, position, context);
        return new OpenFeed(feed, new LazySubscription(() => backplane.SubscribeAsync(room, feed.Accept)));
    }

    private sealed record OpenFeed(RoomFeed Feed, LazySubscription Subscription);
}
