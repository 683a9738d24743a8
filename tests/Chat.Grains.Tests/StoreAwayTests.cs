using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains.Tests;

/// <summary>While the store does not answer, what is in memory still does.</summary>
public sealed class StoreAwayTests
{
    [Fact]
    public async Task The_newest_messages_are_answered_from_memory_and_nothing_older()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Private, world.Bob);
        await SayAsync(world, room, 3);
        var before = await world.Grain<IRoomLogGrain>(room).Messages(world.Bob, new MessageQuery { Limit = 50 });
        await world.Grain<IRoomGrain>(room).Typing(world.Ann);

        world.Store.Unavailable = true;
        var meanwhile = await world.Grain<IRoomLogGrain>(room).Messages(world.Bob, new MessageQuery { Limit = 50 });

        meanwhile.Value!.Items.Select(m => m.Text).ShouldBe(["m2", "m1", "m0"]);
        meanwhile.Value.LastSeq.ShouldBe(before.Value!.LastSeq);
        await Should.ThrowAsync<StoreUnavailableException>(world.Grain<IRoomLogGrain>(room).Messages(world.Bob, new MessageQuery { Before = 4, Limit = 50 }));
    }

    [Fact]
    public async Task Nobody_who_is_not_known_to_be_in_is_answered_from_memory()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Private, world.Bob);
        await SayAsync(world, room, 3);
        await world.Grain<IRoomMembersGrain>(room).Remove(world.Ann, world.Bob, ban: false);
        await world.Grain<IRoomLogGrain>(room).Messages(world.Ann, new MessageQuery { Limit = 50 });

        world.Store.Unavailable = true;

        foreach (var user in new[] { world.Bob, world.Cid })
        {
            await Should.ThrowAsync<StoreUnavailableException>(world.Grain<IRoomLogGrain>(room).Messages(user, new MessageQuery { Limit = 50 }));
        }
    }

    [Fact]
    public async Task A_page_from_before_the_last_change_is_not_given_for_the_present_one()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Private, world.Bob);
        await SayAsync(world, room, 2);
        await world.Grain<IRoomLogGrain>(room).Messages(world.Bob, new MessageQuery { Limit = 50 });
        await world.Grain<IRoomGrain>(room).Delete(world.Ann, 4);

        world.Store.Unavailable = true;

        await Should.ThrowAsync<StoreUnavailableException>(world.Grain<IRoomLogGrain>(room).Messages(world.Bob, new MessageQuery { Limit = 50 }));
    }

    [Fact]
    public async Task Typing_goes_on()
    {
        await using var world = await GrainWorld.StartAsync();
        var room = await world.CreateRoomAsync(RoomKind.Private, world.Bob);
        await SayAsync(world, room, 1);

        world.Store.Unavailable = true;

        (await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest("x", "refused"))).Refusal!.Code.ShouldBe(ErrorCode.StorageUnavailable);
        (await world.Grain<IRoomGrain>(room).Typing(world.Bob)).Value.ShouldBeTrue();
        (await world.Grain<IRoomGrain>(room).Typing(world.Cid)).IsOk.ShouldBeFalse();
        world.Backplane.Rooms.OfType<TypingNews>().ShouldBe([new TypingNews(world.Bob)]);
    }

    private static async Task SayAsync(GrainWorld world, RoomId room, int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            (await world.Grain<IRoomGrain>(room).Send(world.Ann, new SendRequest($"c{i}", $"m{i}"))).IsOk.ShouldBeTrue();
        }
    }
}
