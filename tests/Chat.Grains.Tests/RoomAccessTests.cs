using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains.Tests;

public sealed class RoomAccessTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Message AnnsMessage = new()
    {
        Id = new MessageId(1), Seq = 3, By = new UserId(1), At = Now, Text = "hi", ClientId = "c",
    };

    public static TheoryData<RoomKind, string, string?, string?> WhoSeesAndReads => new()
    {
        // kind, caller, refusal of See, refusal of Read
        { RoomKind.Public, "nobody", null, "room.forbidden" },
        { RoomKind.Public, "banned", "room.not_found", "room.not_found" },
        { RoomKind.Public, "member", null, null },
        { RoomKind.Private, "nobody", "room.not_found", "room.not_found" },
        { RoomKind.Private, "banned", "room.not_found", "room.not_found" },
        { RoomKind.Private, "member", null, null },
        { RoomKind.Direct, "nobody", "room.not_found", "room.not_found" },
        { RoomKind.Direct, "member", null, null },
    };

    public static TheoryData<string, string, string?> WhoModeratesWhom => new()
    {
        { "member", "member", "room.forbidden" },
        { "admin", "member", null },
        { "admin", "admin", "room.forbidden" },
        { "admin", "owner", "room.forbidden" },
        { "owner", "admin", null },
        { "owner", "owner", "room.forbidden" },
        { "owner", "nobody", null },
        { "muted", "member", "room.forbidden" },
        { "nobody", "member", "room.forbidden" },
    };

    [Theory]
    [MemberData(nameof(WhoSeesAndReads))]
    public void Only_members_read_and_what_one_may_not_see_is_not_found(RoomKind kind, string caller, string? see, string? read)
    {
        RoomAccess.See(Head(kind), Member(caller))?.Code.ShouldBe(see);
        (RoomAccess.See(Head(kind), Member(caller)) is null).ShouldBe(see is null);
        (RoomAccess.Read(Head(kind), Member(caller))?.Code).ShouldBe(read);
    }

    [Theory]
    [MemberData(nameof(WhoModeratesWhom))]
    public void Moderators_act_on_lower_ranks_only(string caller, string user, string? refused) =>
        (RoomAccess.Moderate(Head(RoomKind.Public), Member(caller), Member(user, 9))?.Code).ShouldBe(refused);

    [Fact]
    public void The_muted_and_all_in_an_archived_room_write_nothing_until_that_ends()
    {
        RoomAccess.Write(Head(RoomKind.Public), Member("muted"), Now).ShouldBe(ErrorCode.RoomMuted);
        RoomAccess.Write(Head(RoomKind.Public), Member("muted"), Now.AddHours(2)).ShouldBeNull();
        RoomAccess.Write(Head(RoomKind.Public, archived: true), Member("owner"), Now).ShouldBe(ErrorCode.RoomArchived);
        RoomAccess.Write(Head(RoomKind.Public), Member("member"), Now).ShouldBeNull();
    }

    [Fact]
    public void Only_the_author_edits_and_the_author_or_a_moderator_deletes()
    {
        RoomAccess.Edit(Head(RoomKind.Public), Member("member", 1), AnnsMessage, Now).ShouldBeNull();
        RoomAccess.Edit(Head(RoomKind.Public), Member("owner", 2), AnnsMessage, Now).ShouldBe(ErrorCode.RoomForbidden);
        RoomAccess.Delete(Head(RoomKind.Public), Member("muted", 1), AnnsMessage).ShouldBeNull();
        RoomAccess.Delete(Head(RoomKind.Public), Member("member", 2), AnnsMessage).ShouldBe(ErrorCode.RoomForbidden);
        RoomAccess.Delete(Head(RoomKind.Public), Member("admin", 2), AnnsMessage).ShouldBeNull();
    }

    [Fact]
    public void In_a_direct_room_all_are_equal_and_nobody_comes_or_goes()
    {
        var head = Head(RoomKind.Direct);
        RoomAccess.Pin(head, Member("member"), Now).ShouldBeNull();
        RoomAccess.Configure(head, Member("member")).ShouldBe(ErrorCode.RoomDirectFixed);
        RoomAccess.Leave(head, Member("member")).ShouldBe(ErrorCode.RoomDirectFixed);
        RoomAccess.Add(head, Member("member"), null).ShouldBe(ErrorCode.RoomDirectFixed);
        RoomAccess.Join(head, null).ShouldBe(ErrorCode.RoomNotFound);
    }

    [Fact]
    public void Members_add_to_public_rooms_moderators_to_private_ones_and_only_moderators_lift_bans()
    {
        RoomAccess.Add(Head(RoomKind.Public), Member("member"), null).ShouldBeNull();
        RoomAccess.Add(Head(RoomKind.Public), Member("member"), Member("banned", 9)).ShouldBe(ErrorCode.RoomForbidden);
        RoomAccess.Add(Head(RoomKind.Public), Member("admin"), Member("banned", 9)).ShouldBeNull();
        RoomAccess.Add(Head(RoomKind.Private), Member("member"), null).ShouldBe(ErrorCode.RoomForbidden);
        RoomAccess.Add(Head(RoomKind.Private), Member("admin"), null).ShouldBeNull();
        RoomAccess.Join(Head(RoomKind.Public), Member("banned")).ShouldBe(ErrorCode.RoomNotFound);
        RoomAccess.Join(Head(RoomKind.Public, archived: true), null).ShouldBe(ErrorCode.RoomArchived);
    }

    private static RoomHead Head(RoomKind kind, bool archived = false) => new()
    {
        Id = new RoomId(5), Kind = kind, Version = 1, LastSeq = 3, LastAt = Now, CreatedAt = Now, CreatedBy = new UserId(1), Archived = archived,
    };

    private static MemberState? Member(string who, long id = 1) => who switch
    {
        "nobody" => null,
        "banned" => new MemberState { UserId = new UserId(id), Role = MemberRole.Member, JoinedSeq = 1, Banned = true },
        "muted" => new MemberState { UserId = new UserId(id), Role = MemberRole.Member, JoinedSeq = 1, MutedUntil = Now.AddHours(1) },
        "admin" => new MemberState { UserId = new UserId(id), Role = MemberRole.Admin, JoinedSeq = 1 },
        "owner" => new MemberState { UserId = new UserId(id), Role = MemberRole.Owner, JoinedSeq = 1 },
        _ => new MemberState { UserId = new UserId(id), Role = MemberRole.Member, JoinedSeq = 1 },
    };
}
