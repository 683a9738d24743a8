using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="IRoomDirectory"/> promises.</summary>
public abstract class RoomDirectorySpecification : StoreSpecification
{
    [Fact]
    public async Task A_users_rooms_come_by_id_with_their_last_message_as_it_is_now()
    {
        var (user, owner) = (NewUser(), NewUser());
        var rooms = Enumerable.Range(0, 3).Select(_ => NewRoom()).ToList();
        await CommitAsync(RoomCommits.New(rooms[1], owner, Start).Join(user).Say(owner, "old").Say(owner, "new").React(user, 5, "👍").Edit(owner, 5, "newer"));
        await CommitAsync(RoomCommits.New(rooms[0], owner, Start).Join(user));
        await CommitAsync(RoomCommits.New(rooms[2], owner, Start).Join(user).Say(owner, "gone").Delete(owner, 4));

        var listed = await Store.Directory.ListRoomsAsync(user, new RoomId(0), 10);

        listed.Select(r => r.Head.Id).ShouldBe(rooms);
        listed[0].LastMessage.ShouldBeNull();
        (listed[1].LastMessage!.Text, listed[1].LastMessage!.Reactions.Single()).ShouldBe(("newer", new Reaction("👍", 1, true)));
        (listed[2].LastMessage!.Deleted, listed[2].LastMessage!.Text).ShouldBe((true, ""));
        listed[1].Member.ShouldBe(new MemberState { UserId = user, Role = MemberRole.Member, JoinedSeq = 3 });
        listed[1].Read.ShouldBe(new ReadState(3, 2, 0));
        listed[1].Notify.ShouldBe(NotifyLevel.All);
        (await Store.Directory.ListRoomsAsync(user, rooms[0], 1)).Select(r => r.Head.Id).ShouldBe([rooms[1]]);
    }

    [Fact]
    public async Task Rooms_that_the_user_left_or_was_banned_from_are_not_theirs()
    {
        var (user, owner, left, banned, stayed) = (NewUser(), NewUser(), NewRoom(), NewRoom(), NewRoom());
        await CommitAsync(RoomCommits.New(left, owner, Start).Join(user).Member(MemberChange.Left, user, user));
        await CommitAsync(RoomCommits.New(banned, owner, Start).Join(user).Member(MemberChange.Banned, user, owner));
        await CommitAsync(RoomCommits.New(stayed, owner, Start).Join(user).Say(owner, "x"));

        (await Store.Directory.ListRoomsAsync(user, new RoomId(0), 10)).Select(r => r.Head.Id).ShouldBe([stayed]);
        (await Store.Directory.ListMembershipsAsync(user)).ShouldBe([new Membership(stayed, 4, 2, true)]);
        (await Store.Directory.CountRoomsAsync(user)).ShouldBe(1);
        (await Store.Directory.FindMembershipAsync(left, user)).ShouldBe(new Membership(left, 4, 1, false));
        (await Store.Directory.FindMembershipAsync(banned, user)).ShouldBe(new Membership(banned, 4, 1, false));
        (await Store.Directory.FindMembershipAsync(stayed, user)).ShouldBe(new Membership(stayed, 4, 2, true));
        (await Store.Directory.FindMembershipAsync(NewRoom(), user)).ShouldBeNull();
    }

    [Fact]
    public async Task The_positions_of_many_rooms_come_at_once_without_those_that_do_not_exist()
    {
        var (owner, first, second, missing) = (NewUser(), NewRoom(), NewRoom(), NewRoom());
        await CommitAsync(RoomCommits.New(first, owner, Start).Say(owner, "x").Say(owner, "y"));
        await CommitAsync(RoomCommits.New(second, owner, Start));

        (await Store.Directory.ReadPositionsAsync([second, missing, first])).OrderBy(p => p.RoomId)
            .ShouldBe([new RoomPosition(first, 4), new RoomPosition(second, 2)]);
        (await Store.Directory.ReadPositionsAsync([])).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_version_of_a_list_changes_when_the_user_gains_or_loses_a_room_and_only_then()
    {
        var (owner, user, first, second) = (NewUser(), NewUser(), NewRoom(), NewRoom());
        await CommitAsync(RoomCommits.New(first, owner, Start).Join(user));
        await CommitAsync(RoomCommits.New(second, owner, Start));
        var versions = new List<long> { await VersionAsync(user) };
        var others = await VersionAsync(owner);

        await CommitAsync((await NextAsync(first)).Say(owner, "x"));
        (await VersionAsync(user)).ShouldBe(versions[^1]);
        await CommitAsync((await NextAsync(second)).Join(user));
        versions.Add(await VersionAsync(user));
        await CommitAsync((await NextAsync(first)).Member(MemberChange.Removed, user, owner));
        versions.Add(await VersionAsync(user));
        await CommitAsync((await NextAsync(second)).Member(MemberChange.Banned, user, owner));
        versions.Add(await VersionAsync(user));

        versions.ShouldBeUnique();
        (await VersionAsync(owner)).ShouldBe(others);

        async Task<long> VersionAsync(UserId of) =>
            (await Store.Directory.ReadListVersionsAsync([user, owner])).Single(v => v.UserId == of).Version;
    }

    [Fact]
    public async Task Public_rooms_are_found_by_any_part_of_their_name_whatever_its_case()
    {
        var (owner, word) = (NewUser(), $"q{NextId()}");
        var (korean, greek, secret, archived) = (NewRoom(), NewRoom(), NewRoom(), NewRoom());
        await CommitAsync(RoomCommits.New(korean, owner, Start, name: $"{word} 한국어 방 ÄPFEL"));
        await CommitAsync(RoomCommits.New(greek, owner, Start, name: $"Σ {word.ToUpperInvariant()}"));
        await CommitAsync(RoomCommits.New(secret, owner, Start, RoomKind.Private, word));
        await CommitAsync(RoomCommits.New(archived, owner, Start, name: word).Describe(owner, word, archived: true));

        (await Found(word)).ShouldBe([korean, greek]);
        (await Found(word + " 한국")).ShouldBe([korean]);
        (await Found("σ " + word)).ShouldBe([greek]);
        (await Found(word + " 한국어 방 äpf")).ShouldBe([korean]);
        (await Found(word + "%")).ShouldBeEmpty();
        (await Store.Directory.DiscoverAsync("", owner, new RoomId(0), 10_000)).Select(r => r.Id).ShouldContain(greek);

        async Task<List<RoomId>> Found(string query) =>
            [.. (await Store.Directory.DiscoverAsync(query, owner, new RoomId(0), 10)).Select(r => r.Id)];
    }

    [Fact]
    public async Task Discovery_follows_renaming_archiving_and_bans()
    {
        var (owner, eve, room, word) = (NewUser(), NewUser(), NewRoom(), $"q{NextId()}");
        await CommitAsync(RoomCommits.New(room, owner, Start, name: "before"));
        await CommitAsync((await NextAsync(room)).Describe(owner, word));
        (await Store.Directory.DiscoverAsync(word, eve, new RoomId(0), 10)).Single().Name.ShouldBe(word);
        (await Store.Directory.DiscoverAsync(word, eve, room, 10)).ShouldBeEmpty();

        await CommitAsync((await NextAsync(room)).Member(MemberChange.Banned, eve, owner));
        (await Store.Directory.DiscoverAsync(word, eve, new RoomId(0), 10)).ShouldBeEmpty();
        (await Store.Directory.DiscoverAsync(word, owner, new RoomId(0), 10)).ShouldHaveSingleItem();

        await CommitAsync((await NextAsync(room)).Describe(owner, word, archived: true));
        (await Store.Directory.DiscoverAsync(word, owner, new RoomId(0), 10)).ShouldBeEmpty();

        await CommitAsync((await NextAsync(room)).Describe(owner, word));
        (await Store.Directory.DiscoverAsync(word, owner, new RoomId(0), 10)).ShouldHaveSingleItem();
    }
}
