using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>
/// Builds a room's commits the way its grain does, from a snapshot on: seqs, ordinals and counters in step. It checks nothing: what may be
/// done is the grain's business, and stores must cope with what they are given.
/// </summary>
public sealed class RoomCommits
{
    private readonly long _expectedVersion;
    private readonly long _expectedLastSeq;
    private readonly Dictionary<UserId, bool> _members = [];
    private readonly List<CommitEntry> _entries = [];

    /// <summary>Goes on from a room as it is.</summary>
    public RoomCommits(RoomSnapshot snapshot, DateTimeOffset at)
    {
        Head = snapshot.Head;
        At = at;
        _expectedVersion = Head.Version;
        _expectedLastSeq = Head.LastSeq;
        foreach (var member in snapshot.Members)
        {
            _members[member.UserId] = !member.Banned;
        }
    }

    private RoomCommits(RoomHead head, DateTimeOffset at)
    {
        Head = head;
        At = at;
    }

    /// <summary>The row so far.</summary>
    public RoomHead Head { get; private set; }

    /// <summary>Time of the events.</summary>
    public DateTimeOffset At { get; }

    public long NextSeq => Head.LastSeq + 1;

    /// <summary>Starts a new room.</summary>
    public static RoomCommits New(
        RoomId room, UserId by, DateTimeOffset at, RoomKind kind = RoomKind.Public, string? name = "general", string? directKey = null)
    {
        var commits = new RoomCommits(
            new RoomHead
            {
                Id = room, Kind = kind, Name = name, Version = 0, LastSeq = 0, LastAt = at, CreatedAt = at, CreatedBy = by, DirectKey = directKey,
            },
            at);
        return commits.Describe(by, name).Join(by, by, MemberRole.Owner);
    }

    public RoomCommits Describe(UserId by, string? name, string? topic = null, bool archived = false)
    {
        Head = Head with { Name = name, Topic = topic, Archived = archived };
        return Add(Event(EventKind.Room, by) with { Name = name, Topic = topic, Archived = archived });
    }

    public RoomCommits Join(UserId user, UserId? by = null, MemberRole role = MemberRole.Member) =>
        Member(MemberChange.Joined, user, by ?? user, role);

    public RoomCommits Member(
        MemberChange change, UserId user, UserId by, MemberRole role = MemberRole.Member, DateTimeOffset? mutedUntil = null)
    {
        var before = _members.GetValueOrDefault(user);
        if (change is MemberChange.Joined or MemberChange.Left or MemberChange.Removed or MemberChange.Banned)
        {
            _members[user] = change is MemberChange.Joined;
        }

        Head = Head with { MemberCount = Head.MemberCount + (_members.GetValueOrDefault(user) ? 1 : 0) - (before ? 1 : 0) };
        return Add(Event(EventKind.Member, by) with { UserId = user, Change = change, Role = role, MutedUntil = mutedUntil });
    }

    public RoomCommits Say(
        UserId by,
        string text,
        string? clientId = null,
        long? replyTo = null,
        long? thread = null,
        IReadOnlyList<UserId>? mentions = null,
        bool mentionsRoom = false,
        IReadOnlyList<Attachment>? attachments = null,
        long contentHash = 0)
    {
        var seq = NextSeq;
        Head = Head with
        {
            MessageCount = Head.MessageCount + 1,
            LastMessageSeq = seq,
            RoomMentionCount = Head.RoomMentionCount + (mentionsRoom ? 1 : 0),
        };
        var message = new Message
        {
            Id = new MessageId((Head.Id.Value << 20) + seq),
            Seq = seq,
            By = by,
            At = At,
            Text = text,
            ClientId = clientId ?? $"c{seq}",
            ReplyTo = replyTo,
            Thread = thread,
            Mentions = mentions ?? [],
            MentionsRoom = mentionsRoom,
            Attachments = attachments ?? [],
        };
        return Add(Event(EventKind.Message, by) with { Message = message }, contentHash);
    }

    public RoomCommits Edit(UserId by, long target, string text, IReadOnlyList<UserId>? mentions = null, bool mentionsRoom = false) =>
        Add(Event(EventKind.Edit, by) with { Target = target, Text = text, Mentions = mentions ?? [], MentionsRoom = mentionsRoom });

    public RoomCommits Delete(UserId by, long target) => Add(Event(EventKind.Delete, by) with { Target = target });

    public RoomCommits React(UserId by, long target, string emoji, bool on = true) =>
        Add(Event(EventKind.Reaction, by) with { Target = target, Emoji = emoji, On = on });

    public RoomCommits Pin(UserId by, long target, bool on = true)
    {
        Head = Head with { PinCount = Head.PinCount + (on ? 1 : -1) };
        return Add(Event(EventKind.Pin, by) with { Target = target, On = on });
    }

    public RoomCommit Build() =>
        new()
        {
            Head = Head with { Version = _expectedVersion + 1 },
            ExpectedVersion = _expectedVersion,
            ExpectedLastSeq = _expectedLastSeq,
            Entries = [.. _entries],
        };

    private RoomEvent Event(EventKind kind, UserId by) => new() { Seq = NextSeq, Kind = kind, At = At, By = by };

    private RoomCommits Add(RoomEvent roomEvent, long contentHash = 0)
    {
        Head = Head with { LastSeq = roomEvent.Seq, LastAt = roomEvent.At };
        _entries.Add(new CommitEntry
        {
            Event = roomEvent,
            MessageOrdinal = roomEvent.Kind is EventKind.Message ? Head.MessageCount : 0,
            ContentHash = contentHash,
        });
        return this;
    }
}
