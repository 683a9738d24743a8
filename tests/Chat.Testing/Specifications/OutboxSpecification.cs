using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="IOutbox"/> promises. Asks for a store of its own.</summary>
public abstract class OutboxSpecification : StoreSpecification
{
    [Fact]
    public async Task There_is_nothing_in_an_empty_outbox()
    {
        (await Store.Outbox.ReadAsync(0, 10)).ShouldBeEmpty();
        (await Store.Outbox.DeleteAsync([1, 2])).ShouldBe(0);
        (await Store.Outbox.DeleteAsync([])).ShouldBe(0);
        (await Store.Outbox.TrimAsync(DateTimeOffset.MaxValue, 0, 10)).ShouldBe(0);
    }

    [Fact]
    public async Task Every_commit_leaves_one_row_that_names_its_events()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "1"));
        await CommitAsync((await NextAsync(room, TimeSpan.FromSeconds(1))).Say(owner, "2").Say(owner, "3"));

        var rows = await Store.Outbox.ReadAsync(0, 10);

        rows.Select(r => (r.RoomId, r.FirstSeq, r.LastSeq, r.At)).ShouldBe([(room, 1, 3, Start), (room, 4, 5, Start.AddSeconds(1))]);
        rows[1].Position.ShouldBeGreaterThan(rows[0].Position);
        (await Store.Outbox.ReadAsync(rows[0].Position, 10)).ShouldBe([rows[1]]);
        (await Store.Outbox.ReadAsync(0, 1)).ShouldBe([rows[0]]);
    }

    [Fact]
    public async Task What_was_not_committed_leaves_no_row()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start).Say(owner, "1", "k"));
        var outdated = await NextAsync(room);
        await CommitAsync((await NextAsync(room)).Say(owner, "2"));

        await TryCommitAsync(outdated.Say(owner, "3"));
        await TryCommitAsync((await NextAsync(room)).Say(owner, "4", "k"));

        (await Store.Outbox.ReadAsync(0, 10)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Positions_of_a_room_grow_also_after_everything_was_deleted()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        var last = (await Store.Outbox.ReadAsync(0, 10)).ShouldHaveSingleItem().Position;
        (await Store.Outbox.DeleteAsync([last])).ShouldBe(1);

        await CommitAsync((await NextAsync(room)).Say(owner, "1"));

        (await Store.Outbox.ReadAsync(last, 10)).ShouldHaveSingleItem().Position.ShouldBeGreaterThan(last);
    }

    [Fact]
    public async Task Exactly_the_rows_that_are_named_are_deleted()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitsAsync(room, owner, 6);
        var rows = await Store.Outbox.ReadAsync(0, 10);

        (await Store.Outbox.DeleteAsync([rows[4].Position, rows[1].Position, rows[5].Position + 1])).ShouldBe(2);
        (await Store.Outbox.DeleteAsync([rows[4].Position, rows[1].Position])).ShouldBe(0);

        (await Store.Outbox.ReadAsync(0, 10)).ShouldBe([rows[0], rows[2], rows[3], rows[5]]);
    }

    [Fact]
    public async Task Trimming_takes_what_is_too_much_the_lowest_first_and_no_more_than_the_limit()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitsAsync(room, owner, 6);
        var rows = await Store.Outbox.ReadAsync(0, 10);

        (await Store.Outbox.TrimAsync(Start.AddDays(-1), 2, 3)).ShouldBe(3);
        (await Store.Outbox.TrimAsync(Start.AddDays(-1), 2, 3)).ShouldBe(1);
        (await Store.Outbox.TrimAsync(Start.AddDays(-1), 2, 3)).ShouldBe(0);

        (await Store.Outbox.ReadAsync(0, 10)).ShouldBe([rows[4], rows[5]]);
    }

    [Fact]
    public async Task Trimming_takes_what_is_too_old()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitsAsync(room, owner, 6);
        var rows = await Store.Outbox.ReadAsync(0, 10);

        (await Store.Outbox.TrimAsync(rows[3].At, 100, 10)).ShouldBe(3);
        (await Store.Outbox.TrimAsync(rows[3].At, 100, 10)).ShouldBe(0);

        (await Store.Outbox.ReadAsync(0, 10)).ShouldBe([rows[3], rows[4], rows[5]]);
    }

    [Fact]
    public async Task A_reader_that_deletes_what_it_handled_gets_every_row_once_and_each_rooms_in_order()
    {
        const int Rooms = 8, Commits = 25;
        var owner = NewUser();
        var writers = Task.WhenAll(Enumerable.Range(0, Rooms).Select(_ => Task.Run(() => CommitsAsync(NewRoom(), owner, Commits))));

        var seen = new List<OutboxRow>();
        IReadOnlyList<OutboxRow> read;
        bool done;
        do
        {
            done = writers.IsCompleted;
            read = await Store.Outbox.ReadAsync(0, 7);
            seen.AddRange(read);
            (await Store.Outbox.DeleteAsync([.. read.Select(r => r.Position)])).ShouldBe(read.Count);
        }
        while (!done || read.Count > 0);

        await writers;
        seen.Count.ShouldBe(Rooms * Commits);
        foreach (var room in seen.GroupBy(r => r.RoomId))
        {
            room.Skip(1).Select(r => r.FirstSeq).ShouldBe(room.SkipLast(1).Select(r => r.LastSeq + 1), $"room {room.Key}");
        }
    }

    /// <summary>Makes a room and so many commits in it, the first included, a second apart.</summary>
    private async Task CommitsAsync(RoomId room, UserId owner, int count)
    {
        await CommitAsync(RoomCommits.New(room, owner, Start));
        for (var i = 1; i < count; i++)
        {
            await CommitAsync((await NextAsync(room, TimeSpan.FromSeconds(i))).Say(owner, "x"));
        }
    }
}
