using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains.Tests;

public sealed class RoomWriterTests
{
    [Fact]
    public async Task Sends_of_one_caller_get_their_seqs_in_the_order_of_the_calls_also_when_some_need_look_ups()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            room.RunAsync(() => world.Message(world.Ann, $"c{i}", i % 3 == 0 ? "hello @bob" : "hello"))));

        answers.Select(a => a.Value!.Ack.Seq).ShouldBe(Enumerable.Range(4, 50).Select(i => (long)i));
    }

    [Fact]
    public async Task What_arrives_while_a_commit_is_on_its_way_shares_the_next_one()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        var (held, release) = HoldFirstCommit(world);
        var first = room.RunAsync(() => world.Message(world.Ann, "first"));
        await held;
        var others = Enumerable.Range(0, 20).Select(i => room.RunAsync(() => world.Message(world.Ann, $"c{i}"))).ToArray();
        await room.TurnAsync(); // all of them have had their first turn
        release();

        await first;
        await Task.WhenAll(others);
        var commits = world.Backplane.Rooms.OfType<EventsCommitted>().Select(c => c.Events.Count).ToArray();
        commits.ShouldBe([1, 20]);
    }

    [Fact]
    public async Task Two_activations_that_write_at_once_make_one_log_without_gaps()
    {
        using var world = await RoomWorld.CreateAsync();
        var rooms = Enumerable.Range(0, 3).Select(_ => world.Activate()).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(i =>
            rooms[i % 3].RunAsync(() => world.Message(i % 2 == 0 ? world.Ann : world.Bob, $"c{i}"))));

        answers.ShouldAllBe(a => a.IsOk);
        answers.Select(a => a.Value!.Ack.Seq).Order().ShouldBe(Enumerable.Range(4, 150).Select(i => (long)i));
        var log = await world.LogAsync();
        log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, 153).Select(i => (long)i));
        foreach (var answer in answers)
        {
            log[(int)answer.Value!.Ack.Seq - 1].Message!.Id.ShouldBe(answer.Value.Ack.MessageId);
        }
    }

    [Fact]
    public async Task One_clientId_sent_through_several_activations_at_once_is_one_message_with_one_answer()
    {
        using var world = await RoomWorld.CreateAsync();
        var rooms = Enumerable.Range(0, 4).Select(_ => world.Activate()).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => rooms[i % 4].RunAsync(() => world.Message(world.Ann, $"c{i / 8}"))));

        answers.ShouldAllBe(a => a.IsOk);
        answers.Count(a => !a.Value!.Seen).ShouldBe(5);
        answers.Select(a => a.Value!.Ack).Distinct().Count().ShouldBe(5);
        (await world.LogAsync()).Count(e => e.Kind is EventKind.Message).ShouldBe(5);
    }

    [Fact]
    public async Task A_clientId_with_other_content_is_refused_in_one_batch_and_later()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();

        var answers = await Task.WhenAll(
            room.RunAsync(() => world.Message(world.Ann, "c", "one")), room.RunAsync(() => world.Message(world.Ann, "c", "two")));
        var later = await world.Activate().RunAsync(() => world.Message(world.Ann, "c", "three"));
        var others = await room.RunAsync(() => world.Message(world.Bob, "c", "two"));

        answers[0].IsOk.ShouldBeTrue();
        answers[1].Refusal!.Code.ShouldBe(ErrorCode.ClientIdReused);
        later.Refusal!.Code.ShouldBe(ErrorCode.ClientIdReused);
        others.IsOk.ShouldBeTrue("clientIds belong to their sender");
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_again_by_its_clientId_and_the_feeds_are_told()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        world.Store.AfterCommit = _ => throw new StoreUnavailableException("The answer was lost.");

        var lost = await room.RunAsync(() => world.Message(world.Ann, "c"));
        world.Store.AfterCommit = null;
        var again = await room.RunAsync(() => world.Message(world.Ann, "c"));

        lost.Refusal!.Code.ShouldBe(ErrorCode.StorageUnavailable);
        again.Value!.Seen.ShouldBeTrue();
        again.Value.Ack.Seq.ShouldBe(4);
        (await world.LogAsync()).Count.ShouldBe(4);
        world.Backplane.Rooms.OfType<LogAdvanced>().ShouldContain(new LogAdvanced(4));
    }

    [Fact]
    public async Task A_store_that_is_away_refuses_at_once_and_needs_no_restart()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        world.Store.BeforeCommit = _ => throw new StoreUnavailableException("The store is away.");
        var refused = await room.RunAsync(() => world.Message(world.Ann, "c"));
        world.Store.BeforeCommit = null;

        refused.Refusal!.Code.ShouldBe(ErrorCode.StorageUnavailable);
        (await room.RunAsync(() => world.Message(world.Ann, "c"))).Value!.Ack.Seq.ShouldBe(4);
    }

    [Fact]
    public async Task More_calls_than_a_room_takes_on_are_refused_as_retryable()
    {
        using var world = await RoomWorld.CreateAsync();
        world.Limits.PendingPerRoom = 10;
        var room = world.Activate();
        var (held, release) = HoldFirstCommit(world);
        var first = room.RunAsync(() => world.Message(world.Ann, "first"));
        await held;

        var others = Enumerable.Range(0, 15).Select(i => room.RunAsync(() => world.Message(world.Ann, $"c{i}"))).ToArray();
        var refused = await Task.WhenAll(others[10..]);
        release();

        refused.ShouldAllBe(r => r.Refusal!.Code == ErrorCode.ServerBusy);
        (await Task.WhenAll([first, .. others[..10]])).ShouldAllBe(r => r.IsOk);
    }

    [Fact]
    public async Task A_member_removed_through_another_activation_is_refused_even_if_this_one_did_not_hear_of_it()
    {
        using var world = await RoomWorld.CreateAsync();
        var (one, other) = (world.Activate(), world.Activate());
        (await one.RunAsync(() => world.Message(world.Bob, "before"))).IsOk.ShouldBeTrue();

        (await other.RunAsync(() => new RemoveOp(world.Ann, world.Bob, ban: false))).IsOk.ShouldBeTrue();

        (await one.RunAsync(() => world.Message(world.Bob, "after"))).Refusal!.Code.ShouldBe(ErrorCode.RoomForbidden);
        world.Backplane.Users.ShouldContain((world.Bob, new RoomsChanged(new RoomsChange(world.Room, MemberChange.Removed, 5))));
    }

    [Fact]
    public async Task Reactions_pins_and_deletes_repeated_in_one_batch_happen_once()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        await room.RunAsync(() => world.Message(world.Ann, "c"));
        var (held, release) = HoldFirstCommit(world);
        var first = room.RunAsync(() => world.Message(world.Ann, "d"));
        await held;

        var answers = new[]
        {
            room.RunAsync(() => new ReactOp(world.Bob, 4, "👍", true)),
            room.RunAsync(() => new ReactOp(world.Bob, 4, "👍", true)),
            room.RunAsync(() => new PinOp(world.Ann, 4, true)),
            room.RunAsync(() => new PinOp(world.Ann, 4, true)),
            room.RunAsync(() => new DeleteOp(world.Ann, 4)),
            room.RunAsync(() => new DeleteOp(world.Ann, 4)),
            room.RunAsync(() => new ReactOp(world.Ann, 4, "👍", true)),
        };
        await room.TurnAsync();
        release();
        await first;
        var seqs = await Task.WhenAll(answers);

        seqs[..6].Select(s => s.Value).ShouldBe([6L, 0, 7, 0, 8, 0]);
        seqs[6].Refusal!.Code.ShouldBe(ErrorCode.MessageNotFound);
        (await world.Store.LoadAsync(world.Room))!.Head.PinCount.ShouldBe(0);
    }

    [Fact]
    public async Task The_last_owner_who_leaves_hands_the_room_to_the_longest_standing_of_the_highest_rank()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        await room.RunAsync(() => new AddOp(world.Ann, [world.Cid]));
        await room.RunAsync(() => new ChangeMemberOp(world.Ann, world.Cid, MemberRole.Admin, null));

        (await room.RunAsync(() => new LeaveOp(world.Ann))).IsOk.ShouldBeTrue();

        var members = (await world.Store.LoadAsync(world.Room))!.Members;
        members.Single(m => m.UserId == world.Cid).Role.ShouldBe(MemberRole.Owner);
        members.Single(m => m.UserId == world.Bob).Role.ShouldBe(MemberRole.Member);
        (await world.LogAsync())[^1].Change.ShouldBe(MemberChange.Role);
    }

    [Fact]
    public async Task The_only_owner_cannot_become_less_than_owner()
    {
        using var world = await RoomWorld.CreateAsync();

        var answer = await world.Activate().RunAsync(() => new ChangeMemberOp(world.Ann, world.Ann, MemberRole.Member, null));

        answer.Refusal!.Code.ShouldBe(ErrorCode.MemberRoleInvalid);
    }

    [Fact]
    public async Task Replies_and_threads_name_messages_that_are_there()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        await room.RunAsync(() => world.Message(world.Ann, "root"));

        (await room.RunAsync(() => world.Message(world.Bob, "r1", replyTo: 4))).IsOk.ShouldBeTrue();
        (await room.RunAsync(() => world.Message(world.Bob, "r2", replyTo: 1))).Refusal!.Code.ShouldBe(ErrorCode.ReplyInvalid);
        (await room.RunAsync(() => new SendOp(world.Bob, new SendRequest("t1", "x", Thread: 4), world.Limits))).Value!.Ack.Seq.ShouldBe(6);
        (await room.RunAsync(() => new SendOp(world.Bob, new SendRequest("t2", "x", Thread: 6), world.Limits))).Refusal!.Code.ShouldBe(ErrorCode.ThreadInvalid);
    }

    [Fact]
    public async Task Only_members_are_mentioned_and_the_whole_room_by_its_word()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        await room.RunAsync(() => world.Message(world.Ann, "c", "@bob @cid @nobody @room"));

        var message = (await world.LogAsync())[^1].Message!;
        message.Mentions.ShouldBe([world.Bob]);
        message.MentionsRoom.ShouldBeTrue();
    }

    private static (Task Held, Action Release) HoldFirstCommit(RoomWorld world)
    {
        var held = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        world.Store.BeforeCommit = async _ =>
        {
            world.Store.BeforeCommit = null;
            held.SetResult();
            await release.Task;
        };
        return (held.Task.WaitAsync(TimeSpan.FromSeconds(20)), () => release.SetResult());
    }
}
