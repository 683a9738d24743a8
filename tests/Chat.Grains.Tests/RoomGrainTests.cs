using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains.Tests;

public sealed class RoomGrainTests
{
    [Fact]
    public async Task A_retry_gets_its_first_answer_also_when_the_sender_may_no_longer_send()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Public, world.Bob);
        var first = await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("c", "hi"));
        await world.Grain<IRoomMembersGrain>(room).Change(world.Ann, world.Bob, null, new MuteChange(world.Clock.GetUtcNow().AddHours(1)));

        var again = await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("c", "hi"));
        var other = await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("d", "hi"));
        var changed = await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("c", "other"));

        again.Value!.Ack.ShouldBe(first.Value!.Ack);
        again.Value.Seen.ShouldBeTrue();
        other.Refusal!.Code.ShouldBe(ErrorCode.RoomMuted);
        changed.Refusal!.Code.ShouldBe(ErrorCode.ClientIdReused);
    }

    [Fact]
    public async Task A_mute_ends_by_itself_and_by_a_moderator()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Public, world.Bob);
        var members = world.Grain<IRoomMembersGrain>(room);
        await members.Change(world.Ann, world.Bob, null, new MuteChange(world.Clock.GetUtcNow().AddHours(1)));
        (await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("a", "hi"))).Refusal!.Code.ShouldBe(ErrorCode.RoomMuted);

        (await members.Change(world.Ann, world.Bob, null, new MuteChange(null))).Value!.MutedUntil.ShouldBeNull();

        (await world.Grain<IRoomGrain>(room).Send(world.Bob, new SendRequest("b", "hi"))).IsOk.ShouldBeTrue();
    }

    [Fact]
    public async Task A_direct_room_of_the_same_users_is_made_once_whoever_asks_and_however_often_at_once()
    {
        await using var world = await GrainWorld.StartAsync();
        var ids = Enumerable.Range(1, 8).Select(i => new RoomId(5000 + i)).ToArray();

        var rooms = await Task.WhenAll(ids.Select((id, i) => world.Grain<IRoomSettingsGrain>(id).Create(
            i % 2 == 0 ? world.Ann : world.Bob,
            new CreateRoomRequest(RoomKind.Direct, MemberIds: [i % 2 == 0 ? world.Bob : world.Ann]))));

        rooms.ShouldAllBe(r => r.IsOk);
        rooms.Select(r => r.Value!.Room.RoomId).Distinct().Count().ShouldBe(1);
        rooms.Count(r => !r.Value!.Existing).ShouldBe(1);
        rooms[0].Value!.Room.With.ShouldBe([world.Bob]);
    }

    [Fact]
    public async Task One_who_was_removed_reads_nothing_by_any_way()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Private, world.Bob);
        await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("c", "hi"));
        (await world.Grain<IRoomMembersGrain>(room).Remove(world.Ann, world.Bob, ban: false)).IsOk.ShouldBeTrue();

        var log = world.Grain<IRoomLogGrain>(room);
        (await log.Messages(world.Bob, new MessageQuery { Limit = 10 })).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await log.Events(world.Bob, 0, 10)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await log.Pins(world.Bob)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomMembersGrain>(room).List(world.Bob, default, 10)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomSettingsGrain>(room).Get(world.Bob)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomGrain>(room).MarkRead(world.Bob, 1)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomGrain>(room).Typing(world.Bob)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomGrain>(room).React(world.Bob, 4, "👍", true)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.User(world.Bob).ListRooms(default, 10)).Value!.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_room_that_does_not_exist_is_not_found_by_any_call()
    {
        await using var world = await GrainWorld.StartAsync();
        var nowhere = new RoomId(424242);

        (await world.Grain<IRoomGrain>(nowhere).Send(world.Ann, new SendRequest("c", "hi"))).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomGrain>(nowhere).Delete(world.Ann, 1)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomMembersGrain>(nowhere).Join(world.Ann)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomMembersGrain>(nowhere).Leave(world.Ann)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomSettingsGrain>(nowhere).Get(world.Ann)).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
        (await world.Grain<IRoomSettingsGrain>(nowhere).Update(world.Ann, new RoomPatch("x"))).Refusal!.Code.ShouldBe(ErrorCode.RoomNotFound);
    }

    [Fact]
    public async Task Typing_is_passed_on_once_in_three_seconds()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Public, world.Bob);
        var grain = world.Grain<IRoomGrain>(room);

        (await grain.Typing(world.Ann)).Value.ShouldBeTrue();
        (await grain.Typing(world.Ann)).Value.ShouldBeFalse();
        (await grain.Typing(world.Bob)).Value.ShouldBeTrue();
        world.Clock.Advance(TimeSpan.FromSeconds(3));
        (await grain.Typing(world.Ann)).Value.ShouldBeTrue();

        world.Backplane.Rooms.OfType<TypingNews>().Select(t => t.UserId).ShouldBe([world.Ann, world.Bob, world.Ann]);
    }

    [Fact]
    public async Task Time_never_goes_back_in_a_log_though_the_clock_does()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Public);
        await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("a", "1"));
        world.Clock.StepTimeOfDay(TimeSpan.FromHours(-5));
        await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("b", "2"));

        var events = (await world.Grain<IRoomLogGrain>(room).Events(world.Ann, 0, 100)).Value!.Events;
        events.Select(e => e.At).ShouldBe(events.Select(e => e.At).Order());
    }

    [Fact]
    public async Task What_grains_answer_has_types_that_the_Orleans_host_can_carry()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Public, world.Bob);
        await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("c", "hi @bob"));
        await world.Grain<IRoomGrain>(room).Pin(world.Ann, 4, on: true);

        Carried((await world.User(world.Ann).ListRooms(default, 10)).Value!);
        Carried((await world.Grain<IRoomMembersGrain>(room).Add(world.Ann, [world.Cid])).Value!);
        Carried((await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("c", "hi @bob"))).Value!);
    }

    // What the compiler makes of a collection expression for an interface type is a class of its own, without a serializer.
    private static void Carried(object value, string path = "answer")
    {
        var type = value.GetType();
        type.IsDefined(typeof(CompilerGeneratedAttribute)).ShouldBeFalse($"{path} is a {type}");
        type.Name.ShouldNotStartWith("<", customMessage: path);
        if (value is string || type.IsPrimitive || type.Namespace == typeof(Message).Namespace)
        {
            return;
        }

        if (value is IEnumerable items)
        {
            foreach (var item in items)
            {
                Carried(item, path + "[]");
            }

            return;
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            if (property.GetValue(value) is { } part && property.Name != "EqualityContract")
            {
                Carried(part, $"{path}.{property.Name}");
            }
        }
    }
}
