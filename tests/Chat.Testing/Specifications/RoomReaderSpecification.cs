using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="IRoomReader"/> promises: messages as they are now, the log as it was, in the orders that the queries name.</summary>
public abstract class RoomReaderSpecification : StoreSpecification
{
    [Fact]
    public async Task There_is_nothing_to_read_in_a_room_that_was_never_made()
    {
        var (room, reader) = (NewRoom(), NewUser());

        (await Store.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Limit = 1 })).ShouldBeNull();
        (await Store.Reader.ReadMessageAsync(room, reader, 1)).ShouldBeNull();
        (await Store.Reader.ReadEventsAsync(room, reader, 0, 1)).ShouldBeNull();
        (await Store.Reader.ReadPinsAsync(room, reader)).ShouldBeNull();
        (await Store.Reader.ReadMembersAsync(room, reader, new UserId(0), 1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_read_tells_the_facts_about_its_reader()
    {
        var (room, owner, banned) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(banned).Member(MemberChange.Banned, banned, owner));

        (await Store.Reader.ReadPinsAsync(room, owner))!.Reader!.Role.ShouldBe(MemberRole.Owner);
        (await Store.Reader.ReadPinsAsync(room, banned))!.Reader!.Banned.ShouldBeTrue();
        (await Store.Reader.ReadPinsAsync(room, NewUser()))!.Reader.ShouldBeNull();
        (await Store.Reader.ReadPinsAsync(room, owner))!.Head.ShouldBe((await Store.Rooms.LoadAsync(room))!.Head);
    }

    [Theory]
    [InlineData("", 3, "9 8 7")]
    [InlineData("before 7", 3, "6 5 4")]
    [InlineData("before 4", 3, "3")]
    [InlineData("before 3", 3, "")]
    [InlineData("after 0", 3, "3 4 5")]
    [InlineData("after 7", 3, "8 9")]
    [InlineData("after 9", 3, "")]
    [InlineData("around 6", 5, "4 5 6 7 8")]
    [InlineData("around 6", 4, "4 5 6 7")]
    [InlineData("around 6", 1, "6")]
    [InlineData("around 3", 4, "3 4")]
    [InlineData("around 9", 4, "7 8 9")]
    [InlineData("around 1", 4, "3 4")]
    [InlineData("around 99", 4, "8 9")]
    public async Task Messages_come_in_the_order_that_the_query_names(string query, int limit, string seqs)
    {
        var (room, owner) = (NewRoom(), NewUser());
        var commits = RoomCommits.New(room, owner, Start);
        for (var i = 3; i <= 9; i++)
        {
            commits.Say(owner, $"message {i}");
        }

        await CommitAsync(commits);

        var read = await MessagesAsync(room, owner, Query(query, limit));

        string.Join(' ', read.Select(m => m.Seq)).ShouldBe(seqs);
        read.ShouldAllBe(m => m.Text == $"message {m.Seq}");
    }

    [Theory]
    [InlineData("", 10, "3 5 7 9")]
    [InlineData("", 2, "3 5")]
    [InlineData("after 3", 2, "5 7")]
    [InlineData("before 9", 10, "7 5 3")]
    [InlineData("before 9", 2, "7 5")]
    [InlineData("before 3", 2, "")]
    [InlineData("around 7", 3, "5 7 9")]
    [InlineData("around 6", 4, "3 5 7 9")]
    public async Task A_thread_is_its_first_message_and_those_that_name_it(string query, int limit, string seqs)
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start)
            .Say(owner, "root").Say(owner, "other").Say(owner, "a", thread: 3).Say(owner, "other", replyTo: 3)
            .Say(owner, "b", thread: 3).Say(owner, "elsewhere", thread: 4).Say(owner, "c", thread: 3));

        var read = await MessagesAsync(room, owner, Query(query, limit) with { Thread = 3 });

        string.Join(' ', read.Select(m => m.Seq)).ShouldBe(seqs);
    }

    [Fact]
    public async Task A_message_counts_what_was_sent_into_its_thread_and_the_log_does_not()
    {
        var (room, owner, other) = (NewRoom(), NewUser(), NewRoom());
        await CommitAsync(RoomCommits.New(other, owner, Start).Say(owner, "not this room"));
        await CommitAsync(RoomCommits.New(room, owner, Start)
            .Say(owner, "root").Say(owner, "other root").Say(owner, "a", thread: 3).Say(owner, "an answer", replyTo: 3));
        await CommitAsync((await NextAsync(room)).Say(owner, "b", thread: 3).Say(owner, "c", thread: 4));
        await CommitAsync((await NextAsync(room)).Delete(owner, 5).Edit(owner, 3, "edited"));

        string.Join(' ', (await MessagesAsync(room, owner)).OrderBy(m => m.Seq).Select(m => m.ThreadCount)).ShouldBe("2 1 0 0 0 0");
        (await Store.Reader.ReadMessageAsync(room, owner, 3))!.Value!.ThreadCount.ShouldBe(2);
        (await MessagesAsync(other, owner)).Single().ThreadCount.ShouldBe(0);
        (await EventsAsync(room, owner)).ShouldAllBe(e => e.Message == null || e.Message.ThreadCount == 0);
    }

    [Fact]
    public async Task A_message_comes_back_with_all_that_was_sent()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        var commits = RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "first");
        commits.Say(
            ann, "hello", "client 1", replyTo: 4, thread: 4, mentions: [owner, ann], mentionsRoom: true,
            attachments: [new Attachment("7301"), new Attachment("7302")]);
        await CommitAsync(commits);

        var expected = commits.Build().Entries[^1].Event.Message!;
        ShouldLookLike((await MessagesAsync(room, owner))[1], expected);
        ShouldLookLike((await Store.Reader.ReadMessageAsync(room, owner, 5))!.Value, expected);
        ShouldLookLike((await EventsAsync(room, owner))[4], commits.Build().Entries[^1].Event);
        (await Store.Reader.ReadMessageAsync(room, owner, 3))!.Value.ShouldBeNull();
        (await Store.Reader.ReadMessageAsync(room, owner, 6))!.Value.ShouldBeNull();
    }

    [Fact]
    public async Task Every_event_comes_back_as_it_was_committed()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        var commits = RoomCommits.New(room, owner, Start)
            .Join(ann, owner)
            .Say(ann, "text", mentions: [owner])
            .Edit(ann, 4, "other text", [ann], mentionsRoom: true)
            .Edit(ann, 4, "third text")
            .React(owner, 4, "👍🏽")
            .React(owner, 4, "👍🏽", on: false)
            .Pin(owner, 4)
            .Pin(owner, 4, on: false)
            .Member(MemberChange.Role, ann, owner, MemberRole.Admin)
            .Member(MemberChange.Muted, ann, owner, MemberRole.Admin, Start.AddDays(1))
            .Member(MemberChange.Muted, ann, owner, MemberRole.Admin)
            .Member(MemberChange.Banned, ann, owner, MemberRole.Admin)
            .Describe(owner, "name", "topic", archived: true);
        await CommitAsync(commits);

        ShouldLookLike(await EventsAsync(room, owner), commits.Build().Entries.Select(e => e.Event).ToList());
    }

    [Fact]
    public async Task The_log_is_read_in_stretches_without_gaps()
    {
        var (room, owner) = (NewRoom(), NewUser());
        var commits = RoomCommits.New(room, owner, Start);
        for (var i = 0; i < 10; i++)
        {
            commits.Say(owner, "x").React(owner, commits.Head.LastSeq, "👍");
        }

        await CommitAsync(commits);

        for (var after = 0; after <= 23; after++)
        {
            var read = (await Store.Reader.ReadEventsAsync(room, owner, after, 5))!.Value;
            read.Select(e => e.Seq).ShouldBe(Enumerable.Range(after + 1, Math.Clamp(22 - after, 0, 5)).Select(s => (long)s));
        }

        (await Store.Reader.ReadEventsAsync(room, owner, long.MaxValue, 5))!.Value.ShouldBeEmpty();
        (await Store.Reader.ReadEventsAsync(room, owner, 22, int.MaxValue))!.Value.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_edit_changes_the_message_and_not_what_the_log_told()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "first", mentions: [ann]));
        await CommitAsync((await NextAsync(room, TimeSpan.FromMinutes(1))).Edit(owner, 3, "second", [owner], mentionsRoom: true));
        await CommitAsync((await NextAsync(room, TimeSpan.FromMinutes(2))).Edit(owner, 3, "third"));

        var now = (await MessagesAsync(room, owner)).Single();
        (now.Text, now.MentionsRoom, now.EditedAt, now.At).ShouldBe(("third", false, Start.AddMinutes(2), Start));
        now.Mentions.ShouldBeEmpty();
        var log = await EventsAsync(room, owner);
        (log[2].Message!.Text, log[2].Message!.EditedAt).ShouldBe(("first", null));
        log[2].Message!.Mentions.ShouldBe([ann]);
        (log[3].Text, log[3].MentionsRoom).ShouldBe(("second", true));
    }

    [Fact]
    public async Task Deleting_erases_the_text_everywhere_and_keeps_the_place()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start)
            .Say(owner, "secret", mentions: [owner], mentionsRoom: true, attachments: [new Attachment("1")], replyTo: 1, thread: 1)
            .Edit(owner, 3, "secret too", [owner], mentionsRoom: true).Pin(owner, 3).React(owner, 3, "👍"));
        await CommitAsync((await NextAsync(room)).Delete(owner, 3));
        await CommitAsync((await NextAsync(room)).Edit(owner, 3, "secret again", [owner]).Pin(owner, 3));

        var now = (await MessagesAsync(room, owner)).Single();
        (now.Text, now.Deleted, now.Pinned, now.MentionsRoom, now.At, now.By, now.ClientId).ShouldBe(("", true, false, false, Start, owner, "c3"));
        (now.ReplyTo, now.Thread).ShouldBe((1, 1));
        now.Mentions.ShouldBeEmpty();
        now.Attachments.ShouldBeEmpty();
        now.Reactions.ShouldHaveSingleItem();
        (await Store.Reader.ReadPinsAsync(room, owner))!.Value.ShouldBeEmpty();
        var log = await EventsAsync(room, owner);
        (log[2].Message!.Text, log[2].Message!.Deleted, log[2].Message!.Id).ShouldBe(("", true, now.Id));
        log.Where(e => e.Kind is EventKind.Edit).ShouldAllBe(e => e.Text == "" && e.Mentions!.Count == 0 && e.MentionsRoom == false);
        Wire(log).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Reactions_are_counted_per_emoji_in_the_order_of_first_use()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "x")
            .React(ann, 4, "🎉").React(owner, 4, "👍").React(ann, 4, "👍").React(ann, 4, "👍").React(owner, 4, "❤️"));

        (await MessagesAsync(room, ann))[0].Reactions.ShouldBe([new("🎉", 1, true), new("👍", 2, true), new("❤️", 1, false)]);
        (await MessagesAsync(room, owner))[0].Reactions.ShouldBe([new("🎉", 1, false), new("👍", 2, true), new("❤️", 1, true)]);

        await CommitAsync((await NextAsync(room)).React(ann, 4, "🎉", on: false).React(ann, 4, "🎉", on: false).React(ann, 4, "👍", on: false).React(owner, 4, "🎉"));

        (await MessagesAsync(room, ann))[0].Reactions.ShouldBe([new("👍", 1, false), new("❤️", 1, false), new("🎉", 1, false)]);
    }

    [Fact]
    public async Task Own_reactions_on_messages_that_were_read_before_are_those_of_now()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "4").Say(owner, "5").Say(owner, "6")
            .React(ann, 4, "🎉").React(owner, 4, "👍").React(ann, 4, "👍").React(owner, 5, "❤️").React(ann, 6, "❤️"));
        var messages = (await MessagesAsync(room, owner)).Where(m => m.Seq < 6).ToList();
        await CommitAsync((await NextAsync(room)).React(ann, 4, "🎉", on: false).React(ann, 5, "❤️"));

        var own = (await Store.Reader.ReadOwnReactionsAsync(room, ann, messages))!;
        own.Value.ShouldBe([new OwnReaction(4, "👍"), new OwnReaction(5, "❤️")], ignoreOrder: true);
        own.Head.ShouldBe((await Store.Rooms.LoadAsync(room))!.Head);
        own.Reader!.UserId.ShouldBe(ann);
        (await Store.Reader.ReadOwnReactionsAsync(room, NewUser(), messages))!.Value.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_messages_the_facts_alone_are_read()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "x"));

        var facts = (await Store.Reader.ReadOwnReactionsAsync(room, owner, []))!;
        facts.Value.ShouldBeEmpty();
        facts.Head.ShouldBe((await Store.Rooms.LoadAsync(room))!.Head);
        facts.Reader!.Role.ShouldBe(MemberRole.Owner);
        (await Store.Reader.ReadOwnReactionsAsync(room, NewUser(), []))!.Reader.ShouldBeNull();
        (await Store.Reader.ReadOwnReactionsAsync(NewRoom(), owner, [])).ShouldBeNull();
    }

    [Fact]
    public async Task Pins_are_the_last_pinned_first()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "3").Say(owner, "4").Say(owner, "5")
            .Pin(owner, 4).Pin(owner, 3).Pin(owner, 5).Pin(owner, 4).Pin(owner, 3, on: false).Pin(owner, 3));

        (await Store.Reader.ReadPinsAsync(room, owner))!.Value.Select(m => m.Seq).ShouldBe([3L, 5L, 4L]);
        (await MessagesAsync(room, owner)).ShouldAllBe(m => m.Pinned);
    }

    [Fact]
    public async Task Members_come_by_user_id_without_banned_ones()
    {
        var (room, owner) = (NewRoom(), NewUser());
        var users = Enumerable.Range(0, 5).Select(_ => NewUser()).ToList();
        var commits = RoomCommits.New(room, owner, Start);
        foreach (var user in Enumerable.Reverse(users))
        {
            commits.Join(user);
        }

        await CommitAsync(commits.Member(MemberChange.Banned, users[1], owner));

        var first = (await Store.Reader.ReadMembersAsync(room, owner, new UserId(0), 3))!.Value;
        var rest = (await Store.Reader.ReadMembersAsync(room, owner, first[^1].Member.UserId, 10))!.Value;

        first.Concat(rest).Select(m => m.Member.UserId).ShouldBe([owner, users[0], users[2], users[3], users[4]]);
        rest[^1].ReadSeq.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Any_text_comes_back_as_it_was(string what, string text)
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start, name: text).Say(owner, text, clientId: text, attachments: [new Attachment(text)]).React(owner, 3, text));
        await CommitAsync((await NextAsync(room)).Edit(owner, 3, text + text));

        var now = (await MessagesAsync(room, owner)).Single();
        now.Text.ShouldBe(text + text, what);
        now.ClientId.ShouldBe(text, what);
        now.Attachments.ShouldBe([new Attachment(text)], what);
        now.Reactions.ShouldBe([new Reaction(text, 1, true)], what);
        (await EventsAsync(room, owner))[2].Message!.Text.ShouldBe(text, what);
        (await Store.Rooms.FindClientIdAsync(room, owner, text)).ShouldNotBeNull(what);
        (await Store.Rooms.LoadAsync(room))!.Head.Name.ShouldBe(text, what);
    }

    public static TheoryData<string, string> Texts() =>
        new()
        {
            { "empty", "" },
            { "blank", " \t\n " },
            { "right to left", "\u202Eשלום عليكم\u202C" },
            { "zero width", "a\u200B\u200D\uFEFFb" },
            { "combining flood", "e" + new string('\u0301', 2000) },
            { "emoji", "👩‍👩‍👧‍👦🏳️‍🌈🇰🇷" },
            { "CJK beyond the basic plane", "𠮷野家 한국어 日本語 中文" },
            { "quotes", "'; DROP TABLE messages; --\"`\\%_" },
            { "control characters", "\u0001\u001F\u007F" },
            { "zero inside", "a\0b" },
            { "noncharacters", "\uFFFE\uFFFF" },
            { "8 KiB", string.Concat(Enumerable.Repeat("가나다라", 683)) },
        };

    private static MessageQuery Query(string query, int limit)
    {
        var parts = query.Split(' ');
        long? Of(string word) => parts[0] == word ? long.Parse(parts[1]) : null;
        return new MessageQuery { Before = Of("before"), After = Of("after"), Around = Of("around"), Limit = limit };
    }
}
