using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="IRoomStore"/> promises: compare-and-set, duplicates, group commit, read marks.</summary>
public abstract class RoomStoreSpecification : StoreSpecification
{
    [Fact]
    public async Task A_room_that_was_never_made_is_not_there()
    {
        (await Store.Rooms.LoadAsync(NewRoom())).ShouldBeNull();
        (await Store.Rooms.MarkReadAsync(NewRoom(), NewUser(), 1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_new_room_is_loaded_as_it_was_committed()
    {
        var (room, owner, member) = (NewRoom(), NewUser(), NewUser());
        var commits = RoomCommits.New(room, owner, Start, RoomKind.Private, "Café 카페").Join(member, owner);

        await CommitAsync(commits);

        var loaded = (await Store.Rooms.LoadAsync(room)).ShouldNotBeNull();
        loaded.Head.ShouldBe(commits.Build().Head);
        loaded.Members.OrderBy(m => m.UserId).ShouldBe(
        [
            new MemberState { UserId = owner, Role = MemberRole.Owner, JoinedSeq = 2 },
            new MemberState { UserId = member, Role = MemberRole.Member, JoinedSeq = 3 },
        ]);
    }

    [Fact]
    public async Task A_room_cannot_be_made_twice()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start, name: "first"));

        (await TryCommitAsync(RoomCommits.New(room, owner, Start, name: "second"))).Status.ShouldBe(CommitStatus.Conflict);

        (await Store.Rooms.LoadAsync(room))!.Head.Name.ShouldBe("first");
    }

    [Fact]
    public async Task A_commit_on_an_outdated_room_changes_nothing()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        var outdated = await NextAsync(room);
        await CommitAsync((await NextAsync(room)).Say(owner, "first"));

        (await TryCommitAsync(outdated.Say(owner, "second").Join(NewUser()))).Status.ShouldBe(CommitStatus.Conflict);

        var loaded = (await Store.Rooms.LoadAsync(room))!;
        (loaded.Head.LastSeq, loaded.Head.Version, loaded.Members.Count).ShouldBe((3, 2, 1));
        (await EventsAsync(room, owner)).Count.ShouldBe(3);
        (await Store.Rooms.FindClientIdAsync(room, owner, "c3"))!.Ack.Seq.ShouldBe(3);
    }

    [Fact]
    public async Task A_commit_on_a_room_that_is_not_there_is_a_conflict()
    {
        var (room, owner) = (NewRoom(), NewUser());
        var ghost = RoomCommits.New(room, owner, Start).Build();
        var later = new RoomCommits(new RoomSnapshot(ghost.Head, []), Start).Say(owner, "hello");

        (await TryCommitAsync(later)).Status.ShouldBe(CommitStatus.Conflict);

        (await Store.Rooms.LoadAsync(room)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_commits_on_one_version_exactly_one_wins()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        for (var round = 0; round < 5; round++)
        {
            var next = (await Store.Rooms.LoadAsync(room))!;
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
                TryCommitAsync(new RoomCommits(next, Start).Say(owner, $"{round}/{i}", clientId: $"{round}/{i}")))));

            outcomes.Count(o => o.Status is CommitStatus.Committed).ShouldBe(1);
            outcomes.Count(o => o.Status is CommitStatus.Conflict).ShouldBe(15);
        }

        (await EventsAsync(room, owner)).Select(e => e.Seq).ShouldBe(Enumerable.Range(1, 7).Select(i => (long)i));
    }

    [Fact]
    public async Task A_known_client_id_adds_nothing_and_tells_the_first_answer()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "hello", clientId: "k", contentHash: 7));
        var again = (await NextAsync(room, TimeSpan.FromSeconds(1))).Say(owner, "new", clientId: "n").Say(owner, "hello", clientId: "k", contentHash: 8);

        var outcome = await TryCommitAsync(again);

        outcome.Status.ShouldBe(CommitStatus.Duplicate);
        var seen = outcome.Seen.ShouldHaveSingleItem();
        (seen.Sender, seen.ClientId, seen.ContentHash).ShouldBe((owner, "k", 7));
        seen.Ack.ShouldBe(new SendAck(room, 3, (await MessagesAsync(room, owner))[0].Id, Start));
        (await Store.Rooms.LoadAsync(room))!.Head.LastSeq.ShouldBe(3);
        (await Store.Rooms.FindClientIdAsync(room, owner, "n")).ShouldBeNull();
        (await MessagesAsync(room, owner)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task All_known_client_ids_of_a_commit_are_told()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "1", "a").Say(owner, "2", "b"));

        var outcome = await TryCommitAsync((await NextAsync(room)).Say(owner, "3", "b").Say(owner, "4", "c").Say(owner, "5", "a"));

        outcome.Seen.Select(s => s.ClientId).ShouldBe(["b", "a"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_client_id_belongs_to_its_sender_and_room_and_is_taken_as_it_is_spelled()
    {
        var (room, other, owner, member) = (NewRoom(), NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(member).Say(owner, "1", "key"));

        await CommitAsync((await NextAsync(room)).Say(member, "2", "key").Say(owner, "3", "KEY").Say(owner, "4", "key "));
        await CommitAsync(RoomCommits.New(other, owner, Start).Say(owner, "5", "key"));

        (await Store.Rooms.FindClientIdAsync(room, member, "key"))!.Ack.Seq.ShouldBe(5);
        (await Store.Rooms.FindClientIdAsync(other, owner, "key"))!.Ack.RoomId.ShouldBe(other);
        (await Store.Rooms.FindClientIdAsync(room, owner, "Key")).ShouldBeNull();
    }

    [Fact]
    public async Task Client_ids_are_forgotten_oldest_first_and_no_more_than_asked_for()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start.AddDays(-3000)).Say(owner, "1", "a").Say(owner, "2", "b"));
        await CommitAsync((await NextAsync(room, TimeSpan.FromDays(-2000))).Say(owner, "3", "c"));

        (await Store.Rooms.DropClientIdsAsync(Start.AddDays(-1999), 2)).ShouldBe(2);
        (await Store.Rooms.FindClientIdAsync(room, owner, "c")).ShouldNotBeNull();
        (await Store.Rooms.FindClientIdAsync(room, owner, "a")).ShouldBeNull();
        (await Store.Rooms.DropClientIdsAsync(Start.AddDays(-2000), 2)).ShouldBe(0);
        (await Store.Rooms.DropClientIdsAsync(Start.AddDays(-1999), 2)).ShouldBe(1);
        (await MessagesAsync(room, owner)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task In_a_group_each_room_stands_for_itself()
    {
        var owner = NewUser();
        var rooms = Enumerable.Range(0, 4).Select(_ => NewRoom()).ToList();
        foreach (var room in rooms)
        {
            await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "hello", "k"));
        }

        var outdated = await NextAsync(rooms[1]);
        await CommitAsync((await NextAsync(rooms[1])).Say(owner, "overtakes"));
        var outcomes = await Store.Rooms.CommitAsync(
        [
            (await NextAsync(rooms[0])).Say(owner, "one").Build(),
            outdated.Say(owner, "two").Build(),
            (await NextAsync(rooms[2])).Say(owner, "three", "new").Say(owner, "again", "k").Build(),
            (await NextAsync(rooms[3])).Say(owner, "four").Build(),
        ]);

        outcomes.Select(o => o.Status).ShouldBe([CommitStatus.Committed, CommitStatus.Conflict, CommitStatus.Duplicate, CommitStatus.Committed]);
        (await MessagesAsync(rooms[0], owner)).Select(m => m.Text).ShouldBe(["hello", "one"]);
        (await MessagesAsync(rooms[1], owner)).Select(m => m.Text).ShouldBe(["hello", "overtakes"]);
        (await MessagesAsync(rooms[2], owner)).Select(m => m.Text).ShouldBe(["hello"]);
        (await MessagesAsync(rooms[3], owner)).Select(m => m.Text).ShouldBe(["hello", "four"]);
    }

    [Fact]
    public async Task A_direct_room_of_the_same_users_is_made_once()
    {
        var owner = NewUser();
        var key = Placement.DirectKey([NewUser(), owner]);
        var (first, second) = (NewRoom(key), NewRoom(key));
        await CommitAsync(RoomCommits.New(first, owner, Start, RoomKind.Direct, name: null, directKey: key));

        var outcome = await TryCommitAsync(RoomCommits.New(second, owner, Start, RoomKind.Direct, name: null, directKey: key));

        (outcome.Status, outcome.ExistingRoom).ShouldBe((CommitStatus.DirectExists, first));
        (await Store.Rooms.LoadAsync(second)).ShouldBeNull();
        (await Store.Directory.FindDirectAsync(key)).ShouldBe(first);
        (await Store.Directory.FindDirectAsync(key + "0")).ShouldBeNull();
    }

    [Theory]
    [InlineData("twice in the group")]
    [InlineData("a gap")]
    [InlineData("no events")]
    [InlineData("a version left out")]
    [InlineData("a clientId twice")]
    [InlineData("a wrong ordinal")]
    public async Task A_commit_that_cannot_be_is_a_fault_and_changes_nothing(string breach)
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        var next = (await NextAsync(room)).Say(owner, "1", "a").Say(owner, "2", "b").Build();
        IReadOnlyList<RoomCommit> commits = breach switch
        {
            "twice in the group" => [next, next],
            "a gap" => [next with { Entries = [next.Entries[1], next.Entries[0]] }],
            "no events" => [next with { Entries = [] }],
            "a version left out" => [next with { Head = next.Head with { Version = 9 } }],
            "a clientId twice" => [(await NextAsync(room)).Say(owner, "1", "a").Say(owner, "2", "a").Build()],
            _ => [next with { Entries = [next.Entries[0], next.Entries[1] with { MessageOrdinal = 7 }] }],
        };

        await Should.ThrowAsync<ArgumentException>(() => Store.Rooms.CommitAsync(commits));

        (await Store.Rooms.LoadAsync(room))!.Head.Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_mark_moves_forward_only_and_not_beyond_the_log()
    {
        var (room, owner, reader) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(reader).Say(owner, "1").Say(owner, "2").Say(owner, "3"));

        (await Store.Rooms.MarkReadAsync(room, reader, 0)).ShouldBe(new ReadState(3, 3, 0));
        (await Store.Rooms.MarkReadAsync(room, reader, 5)).ShouldBe(new ReadState(5, 1, 0));
        (await Store.Rooms.MarkReadAsync(room, reader, 4)).ShouldBe(new ReadState(5, 1, 0));
        (await Store.Rooms.MarkReadAsync(room, reader, -1)).ShouldBe(new ReadState(5, 1, 0));
        (await Store.Rooms.MarkReadAsync(room, reader, long.MaxValue)).ShouldBe(new ReadState(6, 0, 0));
        (await ListedAsync(room, reader)).Read.ShouldBe(new ReadState(6, 0, 0));
        (await Store.Reader.ReadMembersAsync(room, reader, new UserId(0), 10))!.Value.ShouldContain(m => m.Member.UserId == reader && m.ReadSeq == 6);
    }

    [Fact]
    public async Task Those_who_are_not_in_have_no_read_mark()
    {
        var (room, owner, banned) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(banned).Member(MemberChange.Banned, banned, owner));

        (await Store.Rooms.MarkReadAsync(room, banned, 2)).ShouldBeNull();
        (await Store.Rooms.MarkReadAsync(room, NewUser(), 2)).ShouldBeNull();
    }

    [Fact]
    public async Task Own_messages_are_never_unread()
    {
        var (room, owner, reader) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(reader).Say(reader, "1").Say(owner, "2").Say(reader, "3", mentions: [reader, owner]).Say(owner, "4"));

        (await ListedAsync(room, reader)).Read.ShouldBe(new ReadState(6, 1, 0));
        (await ListedAsync(room, owner)).Read.ShouldBe(new ReadState(7, 0, 0));
    }

    [Fact]
    public async Task Mentions_are_counted_exactly_and_once_per_message()
    {
        var (room, owner, ann, ben) = (NewRoom(), NewUser(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Join(ben)
            .Say(owner, "@ann", mentions: [ann])                                 // 5
            .Say(owner, "@ann @room", mentions: [ann], mentionsRoom: true)       // 6
            .Say(owner, "plain")                                                 // 7
            .Say(owner, "@ann @ben", mentions: [ann, ben]));                     // 8

        (await ListedAsync(room, ann)).Read.ShouldBe(new ReadState(3, 4, 3));
        (await ListedAsync(room, ben)).Read.ShouldBe(new ReadState(4, 4, 2));
        (await Store.Rooms.MarkReadAsync(room, ann, 5)).ShouldBe(new ReadState(5, 3, 2));
        (await Store.Rooms.MarkReadAsync(room, ann, 7)).ShouldBe(new ReadState(7, 1, 1));
        (await Store.Rooms.MarkReadAsync(room, ben, 6)).ShouldBe(new ReadState(6, 2, 1));
    }

    [Fact]
    public async Task Edits_and_deletions_do_not_change_what_was_counted()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann)
            .Say(owner, "@ann", mentions: [ann]).Say(owner, "plain").Edit(owner, 5, "@ann", [ann]).Delete(owner, 4));

        (await ListedAsync(room, ann)).Read.ShouldBe(new ReadState(3, 2, 1));
    }

    [Fact]
    public async Task Nothing_before_joining_is_unread_also_when_joining_again()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "@ann", mentions: [ann]).Say(owner, "@room", mentionsRoom: true)
            .Member(MemberChange.Left, ann, ann).Say(owner, "@ann", mentions: [ann]));
        await CommitAsync((await NextAsync(room)).Join(ann));

        (await ListedAsync(room, ann)).Read.ShouldBe(new ReadState(8, 0, 0));
        await CommitAsync((await NextAsync(room)).Say(owner, "@ann", mentions: [ann]));
        (await ListedAsync(room, ann)).Read.ShouldBe(new ReadState(8, 1, 1));
        (await Store.Rooms.MarkReadAsync(room, ann, 9)).ShouldBe(new ReadState(9, 0, 0));
    }

    [Fact]
    public async Task Memberships_follow_their_events()
    {
        var (room, owner, ann, ben, eve) = (NewRoom(), NewUser(), NewUser(), NewUser(), NewUser());
        var until = Start.AddHours(1);
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Join(ben).Join(eve)
            .Member(MemberChange.Role, ann, owner, MemberRole.Admin)
            .Member(MemberChange.Muted, ben, owner, mutedUntil: until)
            .Member(MemberChange.Banned, eve, owner)
            .Member(MemberChange.Banned, new UserId(4), owner));

        var members = (await Store.Rooms.LoadAsync(room))!.Members.ToDictionary(m => m.UserId);
        members[ann].ShouldBe(new MemberState { UserId = ann, Role = MemberRole.Admin, JoinedSeq = 3 });
        members[ben].ShouldBe(new MemberState { UserId = ben, Role = MemberRole.Member, JoinedSeq = 4, MutedUntil = until });
        members[eve].ShouldBe(new MemberState { UserId = eve, Role = MemberRole.Member, JoinedSeq = 5, Banned = true });
        members[new UserId(4)].Banned.ShouldBeTrue();

        await CommitAsync((await NextAsync(room)).Member(MemberChange.Muted, ben, owner).Member(MemberChange.Removed, ann, owner).Join(eve, owner));
        members = (await Store.Rooms.LoadAsync(room))!.Members.ToDictionary(m => m.UserId);
        members[ben].MutedUntil.ShouldBeNull();
        members.ShouldNotContainKey(ann);
        members[eve].ShouldBe(new MemberState { UserId = eve, Role = MemberRole.Member, JoinedSeq = 12 });
    }
}
