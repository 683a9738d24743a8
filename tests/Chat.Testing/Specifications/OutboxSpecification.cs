using Chat.Abstractions;

namespace Chat.Testing;

/// <summary>What <see cref="IOutbox"/> promises. Asks for a store of its own.</summary>
public abstract class OutboxSpecification : StoreSpecification
{
    [Fact]
    public async Task An_empty_outbox_has_no_last_position()
    {
        (await Store.Outbox.LastPositionAsync()).ShouldBe(0);
        (await Store.Outbox.ReadAsync(0, 10)).ShouldBeEmpty();
        (await Store.Outbox.DeleteAsync(long.MaxValue, 10)).ShouldBe(0);
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
        (await Store.Outbox.LastPositionAsync()).ShouldBe(rows[1].Position);
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
    public async Task Positions_grow_also_after_everything_was_deleted()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        var last = await Store.Outbox.LastPositionAsync();
        (await Store.Outbox.DeleteAsync(last, 10)).ShouldBe(1);
        (await Store.Outbox.LastPositionAsync()).ShouldBe(last);

        await CommitAsync((await NextAsync(room)).Say(owner, "1"));

        (await Store.Outbox.ReadAsync(last, 10)).ShouldHaveSingleItem().Position.ShouldBeGreaterThan(last);
    }

    [Fact]
    public async Task Deleting_goes_up_to_the_position_and_no_further_than_the_limit()
    {
        var (room, owner) = (NewRoom(), NewUser());
        await CommitAsync(RoomCommits.New(room, owner, Start));
        for (var i = 0; i < 5; i++)
        {
            await CommitAsync((await NextAsync(room)).Say(owner, $"{i}"));
        }

        var rows = await Store.Outbox.ReadAsync(0, 10);
        (await Store.Outbox.DeleteAsync(rows[3].Position, 3)).ShouldBe(3);
        (await Store.Outbox.DeleteAsync(rows[3].Position, 3)).ShouldBe(1);
        (await Store.Outbox.DeleteAsync(rows[3].Position, 3)).ShouldBe(0);
        (await Store.Outbox.ReadAsync(0, 10)).ShouldBe(rows.Skip(4).ToList());
    }

    [Fact]
    public async Task A_reader_never_sees_a_row_before_a_lower_one()
    {
        const int Rooms = 8, Commits = 25;
        var owner = NewUser();
        var writers = Task.WhenAll(Enumerable.Range(0, Rooms).Select(_ => Task.Run(async () =>
        {
            var room = NewRoom();
            await CommitAsync(RoomCommits.New(room, owner, Start));
            for (var i = 1; i < Commits; i++)
            {
                await CommitAsync((await NextAsync(room)).Say(owner, "x"));
            }
        })));

        var seen = new List<OutboxRow>();
        IReadOnlyList<OutboxRow> read;
        bool done;
        do
        {
            done = writers.IsCompleted;
            read = await Store.Outbox.ReadAsync(seen.Count == 0 ? 0 : seen[^1].Position, 7);
            seen.AddRange(read);
        }
        while (!done || read.Count > 0);

        await writers;
        seen.ShouldBe(await Store.Outbox.ReadAsync(0, 1000));
        seen.Count.ShouldBe(Rooms * Commits);
    }
}
