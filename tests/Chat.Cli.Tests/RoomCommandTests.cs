using Chat.Cli.Tests.Support;
using Chat.Contracts;

namespace Chat.Cli.Tests;

public sealed class RoomCommandTests(SharedServer shared) : CliTest(shared)
{
    [Fact]
    public async Task Room_is_made_found_joined_and_left()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");
        var name = NewName("Lobby 로비");

        var id = (await ann.Chat.DoneAsync("create", name, "--topic", "Everything else")).Out.Trim();

        var found = (await bob.Chat.DoneAsync("rooms", "--discover", name, "--json")).Json<RoomInfo>().Single();
        (found.RoomId.ToString(), found.Name, found.Topic, found.Kind, found.Role).ShouldBe((id, name, "Everything else", RoomKind.Public, null));
        (await bob.Chat.DoneAsync("join", name)).Out.ShouldBe($"{id}\n");
        (await bob.Chat.DoneAsync("members", name, "--json")).Json<MemberInfo>().Select(m => (m.Username, m.Role))
            .ShouldBe([(ann.Name, MemberRole.Owner), (bob.Name, MemberRole.Member)]);
        (await bob.Chat.DoneAsync("members", id)).Lines.Count.ShouldBe(3);
        (await bob.Chat.DoneAsync("leave", id)).Out.ShouldBeEmpty();
        (await bob.Chat.DoneAsync("rooms", "--json")).Out.ShouldBeEmpty();
        (await bob.Chat.RunAsync("leave", id)).With(ExitCode.Refused, "chat: room.forbidden: ");
    }

    [Fact]
    public async Task Private_room_has_its_members_and_is_not_found_by_others()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");
        var eve = await NewUserAsync("eve");
        var name = NewName("Secret");

        var room = (await ann.Chat.DoneAsync("create", name, "--private", "--member", bob.Name, "--json")).Json<RoomInfo>().Single();

        (room.Kind, room.MemberCount).ShouldBe((RoomKind.Private, 2));
        (await bob.Chat.DoneAsync("rooms", "--json")).Json<RoomListItem>().Single().RoomId.ShouldBe(room.RoomId);
        (await eve.Chat.DoneAsync("rooms", "--discover", name)).Out.ShouldBeEmpty();
        (await eve.Chat.RunAsync("join", name)).With(ExitCode.NotFound, "chat: cli.not_found: ");
        (await eve.Chat.RunAsync("join", room.RoomId.ToString())).With(ExitCode.NotFound, "chat: room.not_found: ");
        (await ann.Chat.RunAsync("create", NewName("Other"), "--member", "nobody.at-all")).With(ExitCode.NotFound, "'nobody.at-all'");
    }

    [Fact]
    public async Task Direct_room_is_reached_by_the_others_name()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");

        (await ann.Chat.RunAsync("history", "@" + bob.Name)).With(ExitCode.NotFound, $"chat direct @{bob.Name}");
        (await ann.Chat.DoneAsync("send", "@" + bob.Name, "psst")).Out.ShouldBeEmpty();
        var id = (await ann.Chat.DoneAsync("direct", bob.Name)).Out.Trim();

        (await bob.Chat.DoneAsync("history", "@" + ann.Name, "--json")).Json<Message>().Single().Text.ShouldBe("psst");
        (await bob.Chat.DoneAsync("rooms")).Lines[1].ShouldBe($"{id}  @{ann.Name}  direct       1     4        2");
        // Notes to oneself are a room as well.
        (await ann.Chat.DoneAsync("send", "@" + ann.Name, "milk")).Out.ShouldBeEmpty();
        (await ann.Chat.DoneAsync("history", "@" + ann.Name, "--json")).Json<Message>().Single().Text.ShouldBe("milk");
    }

    [Fact]
    public async Task Exact_name_goes_before_one_of_other_letter_case()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("ops");
        var upper = await ann.NewRoomAsync("Ops");

        (await ann.Chat.DoneAsync("send", "Ops", "x", "--json")).Json<SendAck>().Single().RoomId.ShouldBe(upper);
        var refused = (await ann.Chat.RunAsync("send", "OPS", "x")).With(ExitCode.Usage, "chat: cli.ambiguous: ");
        refused.Err.ShouldContain($"{upper} Ops");
    }

    [Fact]
    public async Task Name_that_no_room_has_lists_those_that_are_like_it()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Release 7");

        (await ann.Chat.RunAsync("send", "release", "x")).With(ExitCode.NotFound, $"{room} Release 7");
    }

    [Fact]
    public async Task Number_is_an_id_whatever_rooms_are_called()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("4711");

        (await ann.Chat.RunAsync("send", "4711", "x")).With(ExitCode.NotFound, "chat: room.not_found: ");
    }

    [Fact]
    public async Task Archived_rooms_are_listed_when_asked_for()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Old");
        await ann.Api.ArchiveRoomAsync(room);

        (await ann.Chat.DoneAsync("rooms", "--json")).Out.ShouldBeEmpty();
        (await ann.Chat.DoneAsync("rooms", "--all", "--json")).Json<RoomListItem>().Single().RoomId.ShouldBe(room);
        (await ann.Chat.RunAsync("send", "Old", "x")).With(ExitCode.Refused, "chat: room.archived: ");
    }

    [Fact]
    public async Task Users_are_found_by_the_beginning_of_their_names()
    {
        var word = NewName("w").Replace("-", "", StringComparison.Ordinal);
        var one = await NewUserAsync($"{word}one", "하나");
        var two = await NewUserAsync("other", $"Two {word}two");

        (await one.Chat.DoneAsync("users", word, "--json")).Json<Profile>().Select(u => u.UserId).ShouldBe([two.Profile.UserId, one.Profile.UserId]);
        (await one.Chat.DoneAsync("users", word, "--limit", "1", "--json")).Json<Profile>().Count.ShouldBe(1);
        (await one.Chat.DoneAsync("users", "no-such-user-here")).Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tables_are_aligned_by_what_characters_take_on_a_terminal()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("로비");
        await ann.NewRoomAsync("👩‍👩‍👧 家");
        await ann.NewRoomAsync("plain");

        var lines = (await ann.Chat.DoneAsync("rooms")).Lines;

        lines.Count.ShouldBe(4);
        lines.Select(line => Output.CellWidth.Of(line.AsSpan(0, line.IndexOf(lines[0] == line ? "KIND" : "public", StringComparison.Ordinal)))).Distinct().Count()
            .ShouldBe(1, string.Join('\n', lines));
    }
}
