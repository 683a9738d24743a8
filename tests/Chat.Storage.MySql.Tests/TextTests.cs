using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.MySql.Tests;

/// <summary>Keys are taken as they are spelled, code point by code point, on both servers.</summary>
[Collection(SharedServers.Name)]
public sealed class TextTests(Servers servers, ClassStore store) : IClassFixture<ClassStore>
{
    private readonly OpenedStore _store = store.Of(servers);

    [Fact]
    public async Task ClientIds_that_look_alike_are_different_ones()
    {
        string[] clientIds =
        [
            "k", "K", "k ", "k  ", " k", "k\t", "ｋ", "ḱ", "k\u0301", "ß", "ss", "ı", "i", "İ", "한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8", "日本", "日本 ", "中文", "👩‍👩‍👧", "👩👩👧", "👍", "👍🏽", "❤", "❤️",
            new string('가', 64), new string('가', 65), new string('a', 200), new string('a', 201), "\uFFFF", "\\", "'", "%", "_",
        ];
        clientIds.ShouldBeUnique();
        for (var room = 0; room < 4; room++)
        {
            var of = await RoomOf.MakeAsync(_store.Ports);
            var commits = await of.NextAsync();
            foreach (var clientId in clientIds)
            {
                commits.Say(of.Owner, clientId, clientId);
            }

            (await of.CommitAsync(commits)).Status.ShouldBe(CommitStatus.Committed);
            foreach (var (clientId, i) in clientIds.Select((c, i) => (c, i)))
            {
                (await _store.Ports.Rooms.FindClientIdAsync(of.Id, of.Owner, clientId))!.Ack.Seq.ShouldBe(3 + i, clientId);
            }

            var again = await of.CommitAsync((await of.NextAsync()).Say(of.Owner, "x", "k ").Say(of.Owner, "x", new string('a', 201)));
            again.Seen.Select(s => s.ClientId).ShouldBe(["k ", new string('a', 201)]);
        }
    }

    [Fact]
    public async Task Emoji_that_look_alike_are_different_ones()
    {
        string[] emoji = ["👍", "👍🏽", "👍🏿", "❤", "❤️", "👩‍👩‍👧‍👦", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🏳", "🇰🇷", "🇯🇵", "1️⃣", "☺️", "☺"];
        for (var room = 0; room < 4; room++)
        {
            var of = await RoomOf.MakeAsync(_store.Ports);
            var commits = (await of.NextAsync()).Say(of.Owner, "x");
            foreach (var one in emoji)
            {
                commits.React(of.Owner, 3, one);
            }

            await of.CommitAsync(commits);

            (await _store.Ports.Reader.ReadMessageAsync(of.Id, of.Owner, 3))!.Value!.Reactions.ShouldBe(emoji.Select(e => new Reaction(e, 1, true)));
        }
    }

    [Theory]
    [InlineData("김민수", "김민", true)]
    [InlineData("山田太郎", "山田", true)]
    [InlineData("王小明", "王小", true)]
    [InlineData("𠮷野家", "𠮷", true)]
    [InlineData("𠮷野家", "𠮸", false)]
    [InlineData("Ångström", "ång", true)]
    [InlineData("Ångström", "ang", false)]
    [InlineData("Élodie 👩‍👩‍👧", "👩‍👩", false)]
    [InlineData("👩‍👩‍👧 Élodie", "👩‍👩", true)]
    [InlineData("a\uFFFFb", "a\uFFFF", true)]
    [InlineData("\U0010FFFF\U0010FFFFx", "\U0010FFFF\U0010FFFF", true)]
    public async Task Users_are_found_by_prefixes_in_any_script(string displayName, string prefix, bool found)
    {
        var username = $"user.{RoomOf.NextId()}";
        var user = new UserRecord
        {
            Id = new Numbers().NextUser(username), Username = username, DisplayName = displayName, PasswordHash = "x", CreatedAt = RoomOf.Now,
        };
        await _store.Ports.Users.CreateAsync(user);

        var page = await _store.Ports.Users.SearchAsync(prefix, "", 200);

        page.Any(u => u.Id == user.Id).ShouldBe(found);
    }

    [Fact]
    public async Task A_name_that_is_longer_than_an_index_takes_is_found_by_any_part_of_its_beginning()
    {
        var username = $"user.{RoomOf.NextId()}";
        var name = string.Concat(Enumerable.Repeat("e\u0301", 300)) + RoomOf.NextId();
        var user = new UserRecord { Id = new Numbers().NextUser(username), Username = username, DisplayName = name, PasswordHash = "x", CreatedAt = RoomOf.Now };
        await _store.Ports.Users.CreateAsync(user);

        (await _store.Ports.Users.SearchAsync(name, "", 10)).ShouldBe([user]);
        (await _store.Ports.Users.SearchAsync(name[..100], "", 10)).ShouldContain(user);
        (await _store.Ports.Users.SearchAsync(name + "x", "", 10)).ShouldBeEmpty();
    }

    private sealed class Numbers : IIdSource
    {
        public long Next() => RoomOf.NextId();
    }
}
