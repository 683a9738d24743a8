using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 2 and 6: what a client holds from a snapshot and events equals what it fetches anew, whatever happened.</summary>
public sealed class ConvergenceTests(ITestOutputHelper output) : SystemTest(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task State_plus_events_equals_fresh_state_after_any_operations(int round)
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}, round {round}");
        var users = await NewUsersAsync(5);
        var room = await NewRoomAsync(RoomKind.Public, users[0], users[1..]);
        await users[0].Api.ChangeRoleAsync(room, users[1].Id, MemberRole.Admin);
        var play = new RandomRoom(room, users, seed);

        // Nobody of the game is an observer: those who watch are never thrown out.
        var watching = await NewUsersAsync(2, "watcher");
        await users[0].Api.AddMembersAsync(room, [.. watching.Select(u => u.Id)]);
        await using var steady = new Observer(watching[0], room);
        await steady.ConnectAsync();
        await using var device = await watching[0].OpenAsync();
        await using var late = new Observer(watching[1], room);
        await using var roaming = new Observer(watching[1], room);

        var playing = play.RunAsync(110);
        await device.UntilSeqAsync(room, 60);
        await late.ConnectAsync();
        await roaming.SnapshotAsync();
        await RoamAsync(roaming, playing, new Random(seed));
        await Wait.For(playing, $"end of the play; seed {seed}");
        await roaming.ConnectAsync();

        var fresh = (await RoomState.FetchAsync(watching[0], room)).ShouldNotBeNull("nobody acts any more");
        fresh.LastSeq.ShouldBeGreaterThan(120, $"something happened; seed {seed}");
        foreach (var observer in new[] { steady, late, roaming })
        {
            await observer.UntilAsync(fresh.LastSeq);
        }

        steady.State.ShouldBe(fresh.ToString(), $"held since the beginning; seed {seed}");
        var other = (await RoomState.FetchAsync(watching[1], room)).ShouldNotBeNull();
        late.State.ShouldBe(other.ToString(), $"from the log; seed {seed}");
        roaming.State.ShouldBe(other.ToString(), $"from a snapshot and through lost connections; seed {seed}");
        roaming.Resets.ShouldBe(0, $"no cursor of this log is beyond it; seed {seed}");
        await device.UntilSeqAsync(room, fresh.LastSeq);
        device.Violations.ShouldBeEmpty($"seed {seed}");

        var log = await watching[0].LogAsync(room);
        log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)fresh.LastSeq).Select(i => (long)i), $"no gap; seed {seed}");
        Say($"{play.Operations} operations, {log.Count} events");
        foreach (var user in users.Concat(watching).Where(u => fresh.IsMember(u.Id)))
        {
            var listed = (await user.ListedAsync(room)).ShouldNotBeNull();
            (listed.ReadSeq, listed.Unread, listed.Mentions).ShouldBe(play.Expected(user, log), $"counts of {user.Name}; seed {seed}");
            listed.LastMessage.ShouldNotBeNull().Seq.ShouldBe(fresh.MessageSeqs.Max());
        }
    }

    [Fact]
    public async Task Counts_stay_exact_while_reading_and_writing_go_on_together()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        await using var device = await ben.OpenAsync();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await ann.SayAsync(room, i % 3 == 0 ? $"@{ben.Name} look" : "plain");
            }
        });

        while (!sending.IsCompleted)
        {
            var seq = Math.Max(device.LastSeqOf(room), 1);
            var state = await ben.Api.MarkReadAsync(room, seq);
            var listed = (await ben.ListedAsync(room)).ShouldNotBeNull();
            state.ReadSeq.ShouldBeGreaterThanOrEqualTo(seq);
            // All that follows the mark is messages.
            listed.Unread.ShouldBe(listed.LastSeq - listed.ReadSeq);
        }

        await sending;
        var last = (await ben.ListedAsync(room)).ShouldNotBeNull();
        await device.UntilSeqAsync(room, last.LastSeq);
        var mentions = device.EventsOf(room).Count(e => e.Seq > last.ReadSeq && e.Message is { } m && m.Mentions.Contains(ben.Id));
        (last.Unread, last.Mentions).ShouldBe((last.LastSeq - last.ReadSeq, mentions));
        (await ben.Api.MarkReadAsync(room, last.LastSeq)).ShouldBe(new ReadState(last.LastSeq, 0, 0));
        (await ben.Api.MarkReadAsync(room, 1)).ShouldBe(new ReadState(last.LastSeq, 0, 0), "a mark never moves back");
    }

    private static async Task RoamAsync(Observer observer, Task playing, Random random)
    {
        while (!playing.IsCompleted)
        {
            await observer.ConnectAsync();
            var until = observer.Cursor + random.Next(0, 25);
            await Wait.Until(() => playing.IsCompleted || observer.Cursor >= until, () => $"event {until}");
            await observer.DropAsync();
        }
    }
}
