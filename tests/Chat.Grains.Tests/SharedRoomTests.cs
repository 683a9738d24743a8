using Chat.Abstractions;
using Chat.Contracts;
using FsCheck.Fluent;

namespace Chat.Grains.Tests;

/// <summary>One room that several processes write to, none of which hears of the others' commits.</summary>
public sealed class SharedRoomTests
{
    [Fact]
    public async Task Member_who_joined_through_another_process_may_send_through_this_one()
    {
        using var world = await RoomWorld.CreateAsync();
        var (one, other) = (world.Activate(), world.Activate());
        (await one.RunAsync(() => world.Message(world.Cid, "too-early"))).Refusal!.Code.ShouldBe(ErrorCode.RoomForbidden);

        (await other.RunAsync(() => new JoinOp(world.Cid))).IsOk.ShouldBeTrue();

        (await one.RunAsync(() => world.Message(world.Cid, "c"))).Value!.Ack.Seq.ShouldBe(5);
    }

    [Fact]
    public async Task User_removed_through_another_process_joins_again_through_this_one()
    {
        using var world = await RoomWorld.CreateAsync();
        var (one, other) = (world.Activate(), world.Activate());
        await one.RunAsync(() => world.Message(world.Bob, "c"));
        await other.RunAsync(() => new RemoveOp(world.Ann, world.Bob, ban: false));

        (await one.RunAsync(() => new JoinOp(world.Bob))).IsOk.ShouldBeTrue();

        (await world.Store.LoadAsync(world.Room))!.Members.ShouldContain(m => m.UserId == world.Bob && m.JoinedSeq == 6);
    }

    [Fact]
    public async Task Room_made_through_another_process_is_found()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = new RoomId(78);
        var (one, other) = (world.Activate(room), world.Activate(room));
        (await one.RunAsync(() => world.Message(world.Ann, "too-early"))).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);

        (await other.RunAsync(() => new CreateOp(world.Ann, new CreateRoomRequest(RoomKind.Public, "room")))).IsOk.ShouldBeTrue();

        (await one.RunAsync(() => world.Message(world.Ann, "c"))).Value!.Ack.Seq.ShouldBe(3);
    }

    [Fact]
    public async Task Refusals_on_a_room_that_nobody_else_writes_to_do_not_load_it_again()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate();
        await room.RunAsync(() => world.Message(world.Ann, "c"));
        var before = await room.MemoryAsync();

        (await room.RunAsync(() => world.Message(world.Cid, "d"))).Refusal!.Code.ShouldBe(ErrorCode.RoomForbidden);

        (await room.MemoryAsync()).ShouldBeSameAs(before);
    }

    [Fact]
    public async Task Writer_that_always_comes_too_late_tells_its_callers_to_come_again()
    {
        using var world = await RoomWorld.CreateAsync();
        var room = world.Activate(commit: _ => Task.FromResult(CommitOutcome.Conflict));

        var answer = await room.RunAsync(() => world.Message(world.Ann, "c"));

        answer.Refusal!.Code.ShouldBe(ErrorCode.ServerBusy);
        answer.Refusal.Code.Retryable.ShouldBeTrue();
        (await world.Activate().RunAsync(() => world.Message(world.Ann, "c"))).Value!.Seen.ShouldBeFalse();
    }

    [Fact]
    public async Task Lost_compare_and_set_is_made_up_for_by_the_events_alone()
    {
        using var world = await RoomWorld.CreateAsync();
        var (one, other) = (world.Activate(), world.Activate());
        await one.RunAsync(() => world.Message(world.Ann, "c1"));
        var before = await one.MemoryAsync();
        for (var i = 0; i < 400; i++)
        {
            await other.RunAsync(() => world.Message(world.Bob, $"other-{i}"));
        }

        (await one.RunAsync(() => world.Message(world.Ann, "c2"))).Value!.Ack.Seq.ShouldBe(405);

        (await one.MemoryAsync()).ShouldBeSameAs(before);
    }

    [Fact]
    public async Task What_is_followed_event_by_event_is_what_would_be_loaded()
    {
        var seeds = Gen.Choose(0, int.MaxValue).Sample(40);
        foreach (var seed in seeds)
        {
            using var world = await RoomWorld.CreateAsync();
            var (writer, follower) = (world.Activate(), world.Activate());
            await follower.MemoryAsync();
            var random = new Random(seed);
            for (var round = 0; round < 12; round++)
            {
                for (var i = random.Next(4); i >= 0; i--)
                {
                    await writer.RunAsync(() => Any(world, random));
                }

                var followed = await follower.CurrentMemoryAsync();
                var loaded = (await world.Store.LoadAsync(world.Room))!;
                followed.Head.ShouldBe(loaded.Head, $"seed {seed}, round {round}");
                followed.Members.OrderBy(m => m.UserId).ShouldBe(loaded.Members.OrderBy(m => m.UserId), $"seed {seed}, round {round}");
            }
        }
    }

    // Refusals are as welcome as successes.
    private static RoomOp<long> Any(RoomWorld world, Random random)
    {
        UserId[] users = [world.Ann, world.Bob, world.Cid];
        var (by, on) = (users[random.Next(3)], users[random.Next(3)]);
        RoomOp op = random.Next(8) switch
        {
            0 => new JoinOp(by),
            1 => new LeaveOp(by),
            2 => new AddOp(by, [on]),
            3 => new RemoveOp(by, on, ban: false),
            4 => new RemoveOp(by, on, ban: true),
            5 => new ChangeMemberOp(by, on, (MemberRole)random.Next(1, 4), mute: null),
            6 => new ChangeMemberOp(by, on, role: null, new MuteChange(random.Next(2) == 0 ? null : TimeProvider.System.GetUtcNow().AddHours(1))),
            _ => world.Message(by, $"c{random.Next()}"),
        };
        return new AnyOp(op);
    }

    /// <summary>Lets operations with different answers stand in one list.</summary>
    private sealed class AnyOp(RoomOp inner) : RoomOp<long>(inner.Caller)
    {
        public override bool NeedsFacts => inner.NeedsFacts;

        public override Task LoadFactsAsync(RoomFacts facts) => inner.LoadFactsAsync(facts);

        protected override Result<long> Decide(RoomDraft draft)
        {
            inner.Apply(draft);
            return draft.NextSeq;
        }
    }
}
