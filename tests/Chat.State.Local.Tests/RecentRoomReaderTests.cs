using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;

namespace Chat.State.Local.Tests;

/// <summary>The whole suite of readers, each list of messages read twice: the second time it may come from memory.</summary>
public sealed class RecentRoomReaderTests : RoomReaderSpecification
{
    private CountingReader _counting = null!;

    protected override Task<StorePorts> OpenAsync()
    {
        var ports = StorePorts.Of(new InMemoryStore());
        _counting = new CountingReader(ports.Reader);
        return Task.FromResult(ports with { Reader = new TwiceReader(new RecentRoomReader(_counting, new LocalRecentMessages(TimeProvider.System))) });
    }

    protected override Task CloseAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_first_page_of_an_unchanged_room_costs_no_query_of_messages()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "4").Say(owner, "5").React(ann, 5, "👍"));
        await PageAsync(room, owner, 50);
        var before = _counting.Pages;
        (await PageAsync(room, ann, 50)).Value[0].Reactions.ShouldBe([new Reaction("👍", 1, Me: true)]);
        (await PageAsync(room, owner, 1)).Value[0].Reactions.ShouldBe([new Reaction("👍", 1, Me: false)]);
        _counting.Pages.ShouldBe(before);

        await CommitAsync((await NextAsync(room)).React(owner, 5, "👍"));
        (await PageAsync(room, owner, 50)).Value[0].Reactions.ShouldBe([new Reaction("👍", 2, Me: true)]);
        _counting.Pages.ShouldBe(before + 1);
    }

    [Fact]
    public async Task One_who_was_removed_is_no_member_in_the_facts_however_warm_the_memory()
    {
        var (room, owner, ann) = (NewRoom(), NewUser(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Join(ann).Say(owner, "4"));
        (await PageAsync(room, ann, 50)).Reader.ShouldNotBeNull();
        await CommitAsync((await NextAsync(room)).Member(MemberChange.Removed, ann, owner));
        (await PageAsync(room, owner, 50)).Reader.ShouldNotBeNull();
        (await PageAsync(room, ann, 50)).Reader.ShouldBeNull();
    }

    private async Task<RoomRead<IReadOnlyList<Message>>> PageAsync(RoomId room, UserId reader, int limit) =>
        (await Store.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Limit = limit }))!;

    private sealed class TwiceReader(IRoomReader inner) : Through(inner)
    {
        public override async Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
            RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default)
        {
            var first = await base.ReadMessagesAsync(room, reader, query, cancellationToken);
            var second = await base.ReadMessagesAsync(room, reader, query, cancellationToken);
            JsonSerializer.Serialize(second?.Value, ChatJson.Options).ShouldBe(JsonSerializer.Serialize(first?.Value, ChatJson.Options));
            (second?.Head, second?.Reader).ShouldBe((first?.Head, first?.Reader));
            return second;
        }
    }

    private sealed class CountingReader(IRoomReader inner) : Through(inner)
    {
        public int Pages { get; private set; }

        public override Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
            RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default)
        {
            Pages++;
            return base.ReadMessagesAsync(room, reader, query, cancellationToken);
        }
    }

    private abstract class Through(IRoomReader inner) : IRoomReader
    {
        public virtual Task<RoomRead<IReadOnlyList<Message>>?> ReadMessagesAsync(
            RoomId room, UserId reader, MessageQuery query, CancellationToken cancellationToken = default) =>
            inner.ReadMessagesAsync(room, reader, query, cancellationToken);

        public Task<RoomRead<Message?>?> ReadMessageAsync(RoomId room, UserId reader, long seq, CancellationToken cancellationToken = default) =>
            inner.ReadMessageAsync(room, reader, seq, cancellationToken);

        public Task<RoomRead<IReadOnlyList<RoomEvent>>?> ReadEventsAsync(
            RoomId room, UserId reader, long after, int limit, CancellationToken cancellationToken = default) =>
            inner.ReadEventsAsync(room, reader, after, limit, cancellationToken);

        public Task<RoomRead<IReadOnlyList<Message>>?> ReadPinsAsync(RoomId room, UserId reader, CancellationToken cancellationToken = default) =>
            inner.ReadPinsAsync(room, reader, cancellationToken);

        public Task<RoomRead<IReadOnlyList<MemberRow>>?> ReadMembersAsync(
            RoomId room, UserId reader, UserId after, int limit, CancellationToken cancellationToken = default) =>
            inner.ReadMembersAsync(room, reader, after, limit, cancellationToken);

        public Task<RoomRead<IReadOnlyList<OwnReaction>>?> ReadOwnReactionsAsync(
            RoomId room, UserId reader, IReadOnlyList<Message> messages, CancellationToken cancellationToken = default) =>
            inner.ReadOwnReactionsAsync(room, reader, messages, cancellationToken);
    }
}
