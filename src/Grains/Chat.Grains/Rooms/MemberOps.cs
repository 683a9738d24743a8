using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>Makes the room.</summary>
internal sealed class CreateOp(UserId caller, CreateRoomRequest request) : RoomOp<RoomCreated>(caller)
{
    private readonly List<UserId> _others = [.. (request.MemberIds ?? []).Where(id => id != caller).Distinct().Order()];
    private Refusal? _refused;

    /// <summary>Sorted ids of all users of the direct room; null for other kinds.</summary>
    public string? DirectKey =>
        request.Kind is RoomKind.Direct ? Placement.DirectKey(_others.Append(Caller)) : null;

    public override bool NeedsFacts => true;

    public override async Task LoadFactsAsync(RoomFacts facts) =>
        _refused = await Membership.CheckUsersAsync(facts, [Caller, .. _others]);

    /// <summary>Another direct room of the same users came first: the caller of the grain asks that one.</summary>
    public void AnswerExisting(RoomId room)
    {
        Existing = room;
        Refuse(new Refusal(ErrorCode.RoomDirectFixed, $"These users have direct room {room} already."));
    }

    /// <summary>The direct room that came first.</summary>
    public RoomId? Existing { get; private set; }

    protected override Result<RoomCreated> Decide(RoomDraft draft)
    {
        if (draft.Head is not null)
        {
            throw new InvalidOperationException($"Room {draft.Room} exists; ids of new rooms must be new.");
        }

        if (_refused is not null)
        {
            return _refused;
        }

        draft.Head = new RoomHead
        {
            Id = draft.Room,
            Kind = request.Kind,
            Name = request.Name,
            Topic = string.IsNullOrEmpty(request.Topic) ? null : request.Topic,
            Version = 0,
            LastSeq = 0,
            LastAt = draft.At,
            CreatedAt = draft.At,
            CreatedBy = Caller,
            DirectKey = DirectKey,
        };
        draft.Announce(Caller);
        // In a direct room all are equal: nobody can rename it, throw the other out, or delete the other's words.
        var rank = request.Kind is RoomKind.Direct ? MemberRole.Member : MemberRole.Owner;
        var creator = draft.Change(Caller, Membership.New(Caller, rank), MemberChange.Joined);
        foreach (var user in _others)
        {
            draft.Change(Caller, Membership.New(user, MemberRole.Member), MemberChange.Joined);
        }

        return new RoomCreated(RoomViews.Info(draft.Head, creator), Existing: false);
    }
}

/// <summary>Changes name, topic, archived.</summary>
internal sealed class UpdateOp(UserId caller, RoomPatch patch) : RoomOp<RoomInfo>(caller)
{
    protected override Result<RoomInfo> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var member = draft.Find(Caller);
        var archives = patch.Archived is { } archived && archived != head.Archived;
        var refused = archives ? RoomAccess.Archive(head, member) : RoomAccess.Configure(head, member);
        if (refused is not null)
        {
            return refused;
        }

        var next = head with
        {
            Name = patch.Name ?? head.Name,
            Topic = patch.Topic is null ? head.Topic : patch.Topic.Length == 0 ? null : patch.Topic,
            Archived = patch.Archived ?? head.Archived,
        };
        if (next.Archived && head.Archived && next != head)
        {
            return ErrorCode.RoomArchived;
        }

        if (next != head)
        {
            draft.Head = next;
            draft.Announce(Caller);
        }

        return RoomViews.Info(draft.Head!, member);
    }
}

/// <summary>Joins a public room.</summary>
internal sealed class JoinOp(UserId caller) : RoomOp<RoomInfo>(caller)
{
    private Refusal? _refused;

    public override bool NeedsFacts => true;

    public override async Task LoadFactsAsync(RoomFacts facts) => _refused = await Membership.CheckRoomsAsync(facts, Caller);

    protected override Result<RoomInfo> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var member = draft.Find(Caller);
        if (RoomAccess.Join(head, member) is { } refused)
        {
            return refused;
        }

        if (!RoomAccess.IsMember(member))
        {
            if ((_refused ?? Membership.CheckSize(draft)) is { } full)
            {
                return full;
            }

            member = draft.Change(Caller, Membership.New(Caller, Membership.RankForNext(draft)), MemberChange.Joined);
        }

        return RoomViews.Info(draft.Head!, member);
    }
}

/// <summary>Leaves; the last owner's rank goes on.</summary>
internal sealed class LeaveOp(UserId caller) : RoomOp<long>(caller)
{
    protected override Result<long> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var member = draft.Find(Caller);
        if (RoomAccess.Leave(head, member) is { } refused)
        {
            return refused;
        }

        draft.Change(Caller, member!, MemberChange.Left);
        var seq = draft.Head!.LastSeq;
        if (member!.Role is MemberRole.Owner)
        {
            Membership.EnsureOwner(draft, Caller);
        }

        return seq;
    }
}

/// <summary>Adds users.</summary>
internal sealed class AddOp(UserId caller, IReadOnlyList<UserId> users) : RoomOp<IReadOnlyList<MemberState>>(caller)
{
    private readonly List<UserId> _users = [.. users.Distinct()];
    private Refusal? _refused;

    public override bool NeedsFacts => true;

    public override async Task LoadFactsAsync(RoomFacts facts) => _refused = await Membership.CheckUsersAsync(facts, _users);

    protected override Result<IReadOnlyList<MemberState>> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var acting = draft.Find(Caller);
        foreach (var user in _users)
        {
            if (RoomAccess.Add(head, acting, draft.Find(user)) is { } refused)
            {
                return refused;
            }
        }

        var joining = _users.Count(u => !RoomAccess.IsMember(draft.Find(u)));
        if ((joining > 0 ? _refused ?? Membership.CheckSize(draft, joining) : null) is { } full)
        {
            return full;
        }

        var members = new List<MemberState>(_users.Count);
        foreach (var user in _users)
        {
            var member = draft.Find(user);
            members.Add(RoomAccess.IsMember(member)
                ? member!
                : draft.Change(Caller, Membership.New(user, MemberRole.Member), MemberChange.Joined)!);
        }

        return members;
    }
}

/// <summary>Changes a member's role or mute.</summary>
internal sealed class ChangeMemberOp(UserId caller, UserId user, MemberRole? role, MuteChange? mute) : RoomOp<MemberState>(caller)
{
    protected override Result<MemberState> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var acting = draft.Find(Caller);
        if ((RoomAccess.Configure(head, acting) ?? (head.Archived ? ErrorCode.RoomArchived : null)) is { } refused)
        {
            return refused;
        }

        var member = draft.Find(user);
        if (!RoomAccess.IsMember(member))
        {
            return ErrorCode.MemberNotFound;
        }

        if (role is not null && role != member!.Role && RoomAccess.ChangeRole(head, acting) is { } notOwner)
        {
            return notOwner;
        }

        if (mute is not null && RoomAccess.Moderate(head, acting, member) is { } notRanked)
        {
            return notRanked;
        }

        if (role is { } rank && rank != member!.Role)
        {
            if (member.Role is MemberRole.Owner && Membership.Owners(draft) == 1)
            {
                return new Refusal(ErrorCode.MemberRoleInvalid, "A room needs an owner: make somebody else owner first.");
            }

            member = draft.Change(Caller, member with { Role = rank }, MemberChange.Role);
        }

        if (mute is not null)
        {
            DateTimeOffset? until = mute.Until > draft.At ? mute.Until.Value.ToWholeMilliseconds() : null;
            if (until != member!.MutedUntil)
            {
                member = draft.Change(Caller, member with { MutedUntil = until }, MemberChange.Muted);
            }
        }

        return member!;
    }
}

/// <summary>Removes a member, or bans a user.</summary>
internal sealed class RemoveOp(UserId caller, UserId user, bool ban) : RoomOp<long>(caller)
{
    private bool _exists;

    public override bool NeedsFacts => ban;

    public override async Task LoadFactsAsync(RoomFacts facts) => _exists = (await facts.Users.GetAsync([user])).Count == 1;

    protected override Result<long> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var member = draft.Find(user);
        if (RoomAccess.Moderate(head, draft.Find(Caller), member) is { } refused)
        {
            return refused;
        }

        if (member is { Banned: true })
        {
            return ban ? 0 : ErrorCode.MemberNotFound;
        }

        if (member is null && !(ban && _exists))
        {
            return ErrorCode.MemberNotFound;
        }

        draft.Change(Caller, member ?? Membership.New(user, MemberRole.Member), ban ? MemberChange.Banned : MemberChange.Removed);
        return draft.Head!.LastSeq;
    }
}

/// <summary>What the member operations share.</summary>
internal static class Membership
{
    public static MemberState New(UserId user, MemberRole role) => new() { UserId = user, Role = role, JoinedSeq = 0 };

    /// <summary>Whoever enters an empty room owns it.</summary>
    public static MemberRole RankForNext(RoomDraft draft) =>
        draft.Head!.MemberCount == 0 && draft.Head.Kind is not RoomKind.Direct ? MemberRole.Owner : MemberRole.Member;

    public static int Owners(RoomDraft draft) => draft.Members().Count(m => RoomAccess.IsMember(m) && m.Role is MemberRole.Owner);

    /// <summary>Gives the owner's rank to the highest, then longest standing, member, when nobody has it.</summary>
    public static void EnsureOwner(RoomDraft draft, UserId by)
    {
        if (Owners(draft) > 0)
        {
            return;
        }

        var heir = draft.Members().Where(RoomAccess.IsMember)
            .OrderByDescending(m => m.Role).ThenBy(m => m.JoinedSeq).FirstOrDefault();
        if (heir is not null)
        {
            draft.Change(by, heir with { Role = MemberRole.Owner }, MemberChange.Role);
        }
    }

    public static Refusal? CheckSize(RoomDraft draft, int more = 1) =>
        draft.Head!.MemberCount + more > draft.Limits.MembersPerRoom
            ? new Refusal(ErrorCode.RoomMembersLimit, $"A room has at most {draft.Limits.MembersPerRoom} members.")
            : null;

    /// <summary>Users must exist and have place for one more room.</summary>
    public static async Task<Refusal?> CheckUsersAsync(RoomFacts facts, IReadOnlyList<UserId> users)
    {
        var found = await facts.Users.GetAsync(users);
        var missing = users.Except(found.Select(u => u.Id)).ToList();
        if (missing.Count > 0)
        {
            return new Refusal(ErrorCode.UserNotFound, $"There is no user {string.Join(", ", missing.Take(5))}.");
        }

        foreach (var user in users)
        {
            if (await CheckRoomsAsync(facts, user) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>
    /// A user must have place for one more room. Two rooms joined in the same moment may exceed the limit by one: it protects the server's
    /// memory, and one more does it no harm.
    /// </summary>
    public static async Task<Refusal?> CheckRoomsAsync(RoomFacts facts, UserId user) =>
        await facts.Directory.CountRoomsAsync(user) >= facts.Limits.RoomsPerUser
            ? new Refusal(ErrorCode.RoomsLimit, $"A user is in at most {facts.Limits.RoomsPerUser} rooms; {user} has to leave one first.")
            : null;
}
