using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>The committed state of a room, as far as this activation knows it.</summary>
internal sealed class RoomMemory
{
    private readonly Dictionary<UserId, MemberState> _members = [];

    public RoomMemory(RoomSnapshot? snapshot)
    {
        Head = snapshot?.Head;
        foreach (var member in snapshot?.Members ?? [])
        {
            _members.Add(member.UserId, member);
        }
    }

    /// <summary>The row; null when there is no such room.</summary>
    public RoomHead? Head { get; private set; }

    /// <summary>Seq of the last event it reflects; 0 when there is no such room.</summary>
    public long LastSeq => Head?.LastSeq ?? 0;

    public IEnumerable<MemberState> Members => _members.Values;

    public MemberState? Find(UserId user) => _members.GetValueOrDefault(user);

    public void Accept(RoomHead head, Dictionary<UserId, MemberState?>? changed)
    {
        Head = head;
        foreach (var (user, member) in changed ?? [])
        {
            if (member is null)
            {
                _members.Remove(user);
            }
            else
            {
                _members[user] = member;
            }
        }
    }

    /// <summary>
    /// Takes over what another activation committed. False, and nothing changed, when these are not all the events between this state and
    /// <paramref name="head"/>.
    /// </summary>
    public bool TryFollow(RoomHead head, IReadOnlyList<RoomEvent> events)
    {
        if (Head is null || Head.LastSeq + events.Count != head.LastSeq || (events.Count > 0 && events[0].Seq != Head.LastSeq + 1))
        {
            return false;
        }

        foreach (var roomEvent in events)
        {
            if (roomEvent.Kind is EventKind.Member)
            {
                Follow(roomEvent);
            }
        }

        Head = head;
        return true;
    }

    // The other side of RoomDraft.Change.
    private void Follow(RoomEvent member)
    {
        var user = member.UserId!.Value;
        var role = member.Role ?? MemberRole.Member;
        switch (member.Change)
        {
            case MemberChange.Joined:
                _members[user] = new MemberState { UserId = user, Role = role, JoinedSeq = member.Seq };
                break;
            case MemberChange.Left or MemberChange.Removed:
                _members.Remove(user);
                break;
            case MemberChange.Banned:
                _members[user] = new MemberState { UserId = user, Role = role, JoinedSeq = Find(user)?.JoinedSeq ?? 0, Banned = true };
                break;
            case MemberChange.Role when Find(user) is { } present:
                _members[user] = present with { Role = role };
                break;
            case MemberChange.Muted when Find(user) is { } present:
                _members[user] = present with { MutedUntil = member.MutedUntil };
                break;
        }
    }
}
