using Chat.Contracts;

namespace Chat.Gateway.Feeds;

/// <summary>A connection's place in a room's feed. Its fields are guarded by a lock on itself.</summary>
internal sealed class Subscription(IFeedConnection connection, long sentSeq, long memberAsOf)
{
    public IFeedConnection Connection { get; } = connection;

    public UserId User => Connection.User;

    /// <summary>Seq up to which events were queued for the connection, or need not be.</summary>
    public long SentSeq { get; set; } = sentSeq;

    /// <summary>Seq of the log at which the user is known to be a member: a removal up to here is an old one.</summary>
    public long MemberAsOf { get; set; } = memberAsOf;

    /// <summary>The connection did not keep up; it gets nothing of this room until it has called Sync.</summary>
    public bool Lagging { get; set; }
}
