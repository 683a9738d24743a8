using System.Runtime.InteropServices;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>
/// A room as a batch of calls would leave it: the committed state, and on top of it the events that the calls of this batch made so far.
/// Dropped when the commit fails; taken over by <see cref="RoomMemory"/> when it succeeds.
/// </summary>
internal sealed class RoomDraft
{
    private readonly RoomMemory _memory;
    private readonly List<CommitEntry> _entries = [];
    private Dictionary<UserId, MemberState?>? _members;
    private Dictionary<(UserId, string), SendOp>? _sends;
    private Dictionary<long, MessageDraft>? _messages;

    public RoomDraft(RoomMemory memory, RoomId room, DateTimeOffset now, Func<long> nextId, ChatLimits limits)
    {
        _memory = memory;
        Room = room;
        Head = memory.Head;
        NextId = nextId;
        Limits = limits;
        var at = now.ToWholeMilliseconds();
        At = Head is { } head && head.LastAt > at ? head.LastAt : at;
    }

    public RoomId Room { get; }

    /// <summary>The row so far; null while the room does not exist.</summary>
    public RoomHead? Head { get; set; }

    /// <summary>The time of every event of this batch; never before the room's last event.</summary>
    public DateTimeOffset At { get; }

    public Func<long> NextId { get; }

    public ChatLimits Limits { get; }

    public bool IsEmpty => _entries.Count == 0;

    public IReadOnlyList<CommitEntry> Entries => _entries;

    public long NextSeq => (Head?.LastSeq ?? 0) + 1;

    public MemberState? Find(UserId user) =>
        _members is not null && _members.TryGetValue(user, out var changed) ? changed : _memory.Find(user);

    /// <summary>Members and banned users as this batch would leave them.</summary>
    public IEnumerable<MemberState> Members() =>
        _memory.Members.Where(m => _members?.ContainsKey(m.UserId) is not true)
            .Concat(_members?.Values.OfType<MemberState>() ?? []);

    /// <summary>What this batch did to a message that was read before it.</summary>
    public MessageDraft Of(Message message)
    {
        ref var draft = ref CollectionsMarshal.GetValueRefOrAddDefault(_messages ??= [], message.Seq, out _);
        return draft ??= new MessageDraft(message);
    }

    /// <summary>The send of this batch that used the clientId first; null, and the place taken, when this one is the first.</summary>
    public SendOp? FirstWith(SendOp send)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_sends ??= [], (send.Caller, send.ClientId), out var exists);
        if (!exists)
        {
            first = send;
            return null;
        }

        return first;
    }

    /// <summary>Adds an event; its seq must be <see cref="NextSeq"/>.</summary>
    public void Append(RoomEvent roomEvent, long contentHash = 0)
    {
        var head = Head ?? throw new InvalidOperationException("A room's first event comes after its row.");
        head = head with { LastSeq = roomEvent.Seq, LastAt = roomEvent.At };
        if (roomEvent.Kind is EventKind.Message)
        {
            head = head with
            {
                MessageCount = head.MessageCount + 1,
                LastMessageSeq = roomEvent.Seq,
                RoomMentionCount = head.RoomMentionCount + (roomEvent.Message!.MentionsRoom ? 1 : 0),
            };
        }

        Head = head;
        _entries.Add(new CommitEntry
        {
            Event = roomEvent,
            ContentHash = contentHash,
            MessageOrdinal = roomEvent.Kind is EventKind.Message ? head.MessageCount : 0,
        });
    }

    /// <summary>Adds a member event and keeps the membership and the member count in step with it.</summary>
    public MemberState? Change(UserId by, MemberState after, MemberChange change)
    {
        var before = Find(after.UserId);
        var seq = NextSeq;
        MemberState? kept = change switch
        {
            MemberChange.Left or MemberChange.Removed => null,
            MemberChange.Joined => after with { JoinedSeq = seq, Banned = false },
            MemberChange.Banned => after with { Banned = true, MutedUntil = null },
            _ => after,
        };
        (_members ??= [])[after.UserId] = kept;
        var change01 = (RoomAccess.IsMember(kept) ? 1 : 0) - (RoomAccess.IsMember(before) ? 1 : 0);
        Head = Head! with { MemberCount = Head.MemberCount + change01 };
        Append(new RoomEvent
        {
            Seq = seq,
            Kind = EventKind.Member,
            At = At,
            By = by,
            UserId = after.UserId,
            Change = change,
            Role = after.Role,
            MutedUntil = change is MemberChange.Muted ? after.MutedUntil : null,
        });
        return kept;
    }

    /// <summary>Adds the event that tells the room's own properties as they are now.</summary>
    public void Announce(UserId by) =>
        Append(new RoomEvent
        {
            Seq = NextSeq,
            Kind = EventKind.Room,
            At = At,
            By = by,
            Name = Head!.Name,
            Topic = Head.Topic,
            Archived = Head.Archived,
        });

    public RoomCommit ToCommit()
    {
        Head = Head! with { Version = (_memory.Head?.Version ?? 0) + 1 };
        return new RoomCommit
        {
            Head = Head,
            ExpectedVersion = _memory.Head?.Version ?? 0,
            ExpectedLastSeq = _memory.Head?.LastSeq ?? 0,
            Entries = _entries,
        };
    }

    /// <summary>The batch is on disk: makes it the room's state.</summary>
    public void Accept() => _memory.Accept(Head!, _members);
}

/// <summary>What a batch did to one message, over what was read of it.</summary>
internal sealed class MessageDraft(Message message)
{
    private Dictionary<(string Emoji, UserId User), bool>? _reactions;
    private HashSet<string>? _emoji;

    public bool Deleted { get; set; } = message.Deleted;

    public bool Pinned { get; set; } = message.Pinned;

    public string Text { get; set; } = message.Text;

    /// <summary>Different emoji on the message; the batch only ever adds to it, so a limit may be met a little early, never late.</summary>
    public HashSet<string> Emoji => _emoji ??= new HashSet<string>(message.Reactions.Select(r => r.Emoji), StringComparer.Ordinal);

    public bool Reacted(string emoji, UserId user, Message seenByUser) =>
        _reactions is not null && _reactions.TryGetValue((emoji, user), out var on)
            ? on
            : seenByUser.Reactions.Any(r => r.Me && r.Emoji == emoji);

    public void React(string emoji, UserId user, bool on)
    {
        (_reactions ??= [])[(emoji, user)] = on;
        if (on)
        {
            Emoji.Add(emoji);
        }
    }
}
