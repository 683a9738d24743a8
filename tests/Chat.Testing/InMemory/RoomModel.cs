using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>A room as its log makes it.</summary>
internal sealed class RoomModel(RoomHead head)
{
    public RoomHead Head { get; private set; } = head;

    public List<RoomEvent> Log { get; } = [];

    public SortedDictionary<long, MessageModel> Messages { get; } = [];

    public SortedDictionary<UserId, MemberState> Members { get; } = [];

    public Dictionary<UserId, long> Marks { get; } = [];

    public Dictionary<(UserId Sender, string ClientId), ClientIdRecord> ClientIds { get; } = [];

    public MemberState? FindMember(UserId user) => Members.GetValueOrDefault(user);

    public bool IsMember(UserId user) => FindMember(user) is { Banned: false };

    public ReadState ReadStateOf(UserId user)
    {
        var mark = Marks[user];
        var after = Messages.Values.Where(m => m.Sent.Seq > mark).ToList();
        return new ReadState(mark, after.Count, after.Count(m => m.MentionedRoomWhenSent || m.MentionedWhenSent.Contains(user)));
    }

    public void Apply(RoomCommit commit)
    {
        Head = commit.Head;
        foreach (var entry in commit.Entries)
        {
            Log.Add(Apply(entry.Event, entry.ContentHash));
        }
    }

    private RoomEvent Apply(RoomEvent roomEvent, long contentHash)
    {
        var target = roomEvent.Target is { } seq ? Messages.GetValueOrDefault(seq) : null;
        switch (roomEvent.Kind)
        {
            case EventKind.Message:
                var message = roomEvent.Message!;
                Messages.Add(message.Seq, new MessageModel(message));
                if (message.Thread is { } root && Messages.TryGetValue(root, out var first))
                {
                    first.CountInThread();
                }

                ClientIds.Add(
                    (message.By, message.ClientId),
                    new ClientIdRecord(message.By, message.ClientId, contentHash, new SendAck(Head.Id, message.Seq, message.Id, message.At)));
                if (IsMember(message.By))
                {
                    Marks[message.By] = message.Seq;
                }

                return roomEvent;

            case EventKind.Edit:
                var stands = target?.Edit(roomEvent) is true;
                return stands
                    ? roomEvent with { Mentions = roomEvent.Mentions ?? [], MentionsRoom = roomEvent.MentionsRoom is true }
                    : Erased(roomEvent);

            case EventKind.Delete:
                target?.Delete();
                for (var i = 0; i < Log.Count; i++)
                {
                    if (Log[i].Kind is EventKind.Edit && Log[i].Target == roomEvent.Target)
                    {
                        Log[i] = Erased(Log[i]);
                    }
                    else if (Log[i].Message is { } sent && sent.Seq == roomEvent.Target)
                    {
                        Log[i] = Log[i] with { Message = target!.Sent };
                    }
                }

                return roomEvent;

            case EventKind.Reaction:
                target?.React(roomEvent.Emoji!, roomEvent.By, roomEvent.On is true);
                return roomEvent;

            case EventKind.Pin:
                target?.Pin(roomEvent.On is true ? roomEvent.Seq : null);
                return roomEvent;

            case EventKind.Member:
                ApplyMember(roomEvent, roomEvent.UserId!.Value);
                return roomEvent;

            default:
                return roomEvent;
        }
    }

    private void ApplyMember(RoomEvent roomEvent, UserId user)
    {
        var role = roomEvent.Role ?? MemberRole.Member;
        switch (roomEvent.Change)
        {
            case MemberChange.Joined:
                Members[user] = new MemberState { UserId = user, Role = role, JoinedSeq = roomEvent.Seq };
                Marks[user] = roomEvent.Seq;
                break;

            case MemberChange.Left or MemberChange.Removed:
                Members.Remove(user);
                Marks.Remove(user);
                break;

            case MemberChange.Banned:
                Members[user] = (FindMember(user) ?? new MemberState { UserId = user, Role = role, JoinedSeq = 0 })
                    with { Role = role, Banned = true, MutedUntil = null };
                break;

            case MemberChange.Role when FindMember(user) is { } member:
                Members[user] = member with { Role = role };
                break;

            case MemberChange.Muted when FindMember(user) is { } member:
                Members[user] = member with { MutedUntil = roomEvent.MutedUntil };
                break;
        }
    }

    private static RoomEvent Erased(RoomEvent edit) => edit with { Text = string.Empty, Mentions = [], MentionsRoom = false };
}

/// <summary>A message as the log makes it.</summary>
internal sealed class MessageModel(Message message)
{
    private readonly List<(string Emoji, List<UserId> Users)> _reactions = [];
    private Message _now = message;

    /// <summary>As the log shows it.</summary>
    public Message Sent { get; private set; } = message;

    /// <summary>What counts: edits and deletions change what is shown only.</summary>
    public IReadOnlyList<UserId> MentionedWhenSent { get; } = message.Mentions;

    public bool MentionedRoomWhenSent { get; } = message.MentionsRoom;

    public long? PinnedBy { get; private set; }

    public Message SeenBy(UserId reader) =>
        _now with
        {
            Pinned = PinnedBy is not null,
            Reactions = [.. _reactions.Select(r => new Reaction(r.Emoji, r.Users.Count, r.Users.Contains(reader)))],
        };

    public bool Edit(RoomEvent edit)
    {
        if (_now.Deleted)
        {
            return false;
        }

        _now = _now with
        {
            Text = edit.Text ?? string.Empty,
            Mentions = edit.Mentions ?? [],
            MentionsRoom = edit.MentionsRoom is true,
            EditedAt = edit.At,
        };
        return true;
    }

    public void Delete()
    {
        _now = Erased(_now);
        Sent = Erased(Sent);
        PinnedBy = null;
    }

    public void CountInThread() => _now = _now with { ThreadCount = _now.ThreadCount + 1 };

    public void React(string emoji, UserId user, bool on)
    {
        var index = _reactions.FindIndex(r => r.Emoji == emoji);
        if (on && index < 0)
        {
            _reactions.Add((emoji, [user]));
        }
        else if (on && !_reactions[index].Users.Contains(user))
        {
            _reactions[index].Users.Add(user);
        }
        else if (!on && index >= 0 && _reactions[index].Users.Remove(user) && _reactions[index].Users.Count == 0)
        {
            _reactions.RemoveAt(index);
        }
    }

    public void Pin(long? by) => PinnedBy = by is null || _now.Deleted ? null : PinnedBy ?? by;

    private static Message Erased(Message message) =>
        message with { Text = string.Empty, Mentions = [], MentionsRoom = false, Attachments = [], Deleted = true };
}
