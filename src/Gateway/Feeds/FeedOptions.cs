namespace Chat.Gateway.Feeds;

/// <summary>Section <c>Chat:Feed</c>: how committed events reach local connections.</summary>
public sealed class FeedOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Feed";

    /// <summary>
    /// Bytes that may wait for one connection beyond what its socket takes; then its rooms lag. Larger: fewer Syncs of slow readers, more
    /// memory held by stalled ones.
    /// </summary>
    public int QueueBytes { get; set; } = 256 * 1024;

    /// <summary>Frames that may wait for one connection; as <see cref="QueueBytes"/>.</summary>
    public int QueueFrames { get; set; } = 1024;

    /// <summary>Most events in one frame. Smaller: more frames at saturation.</summary>
    public int EventsPerFrame { get; set; } = 64;

    /// <summary>Events of a room kept in memory, so that a connection that lagged a little goes on without reading the store.</summary>
    public int RecentEvents { get; set; } = 256;

    /// <summary>How long a gap may close by itself before it is filled from the store. Events after the gap wait that long.</summary>
    public TimeSpan GapGrace { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Most connections of one user in this process. (<c>session.connection_limit</c>)</summary>
    public int ConnectionsPerUser { get; set; } = 1000;

    /// <summary>A connection without calls for so long counts as away.</summary>
    public TimeSpan AwayAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A user whose last connection went is told offline after this, so that a page reload goes unnoticed.</summary>
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Typing is passed on in rooms with at most so many users online here.</summary>
    public int TypingUsers { get; set; } = 200;

    /// <summary>
    /// With several processes: how often it is looked up what connections may have missed. Longer: news that got lost between processes is
    /// made up for later; shorter: more load on the store, about one query for 500 rooms, users or sessions each time.
    /// </summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, least) in new (string, long, long)[]
        {
            (nameof(QueueBytes), QueueBytes, 64 * 1024),
            (nameof(QueueFrames), QueueFrames, 16),
            (nameof(EventsPerFrame), EventsPerFrame, 1),
            (nameof(RecentEvents), RecentEvents, EventsPerFrame),
            (nameof(ConnectionsPerUser), ConnectionsPerUser, 1),
            (nameof(TypingUsers), TypingUsers, 0),
        })
        {
            if (value < least)
            {
                yield return $"{Section}:{name} is {value}; it must be at least {least}.";
            }
        }

        if (CheckEvery < TimeSpan.FromMilliseconds(100) || CheckEvery > TimeSpan.FromMinutes(1))
        {
            yield return $"{Section}:{nameof(CheckEvery)} is {CheckEvery}; it must be from 100 ms to a minute.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(GapGrace), GapGrace), (nameof(AwayAfter), AwayAfter), (nameof(OfflineAfter), OfflineAfter),
        })
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                yield return $"{Section}:{name} is {value}; it must be from zero to an hour.";
            }
        }
    }
}
