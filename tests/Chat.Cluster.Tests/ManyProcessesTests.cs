using Chat.Client;
using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>Promises 2, 3, 4 and 6 where any process may serve anybody: three gateways write to the same rooms.</summary>
public sealed class ManyProcessesTests(SharedCluster shared, ITestOutputHelper output) : ClusterTest(output, shared), IClassFixture<SharedCluster>
{
    [Fact]
    public async Task State_plus_events_equals_fresh_state_wherever_users_act_and_watch()
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}");
        var users = await NewUsersAsync(6, "user");
        var room = await NewRoomAsync(RoomKind.Public, users[0], users[1..]);
        await users[0].Api.ChangeRoleAsync(room, users[1].Id, MemberRole.Admin);
        var play = new RandomRoom(room, users, seed);

        // Nobody of the game is an observer: those who watch are never thrown out.
        var watching = await NewUsersAsync(3, "watcher");
        await users[0].Api.AddMembersAsync(room, [.. watching.Select(u => u.Id)]);
        var steady = watching.Select(u => new Observer(u, room)).ToArray();
        var devices = new List<Device>();
        foreach (var observer in steady)
        {
            await observer.ConnectAsync();
        }

        foreach (var user in watching)
        {
            devices.Add(await user.OpenAsync());
        }

        var traveller = await watching[0].OnAnotherDeviceAsync();
        await using var roaming = new Observer(traveller, room);
        var playing = play.RunAsync(80);
        var random = new Random(seed);
        while (!playing.IsCompleted)
        {
            Move(traveller, random.Next(3));
            await roaming.ConnectAsync();
            var until = roaming.Cursor + random.Next(0, 25);
            await Wait.Until(() => playing.IsCompleted || roaming.Cursor >= until, () => $"event {until}; seed {seed}");
            await roaming.DropAsync();
        }

        await Wait.For(playing, $"end of the play; seed {seed}");
        await roaming.ConnectAsync();
        var states = new List<string>();
        for (var i = 0; i < steady.Length; i++)
        {
            var fresh = (await RoomState.FetchAsync(watching[i], room)).ShouldNotBeNull("nobody acts any more");
            await steady[i].UntilAsync(fresh.LastSeq);
            await devices[i].UntilSeqAsync(room, fresh.LastSeq);
            steady[i].State.ShouldBe(fresh.ToString(), $"held at gateway {i} since the beginning; seed {seed}");
            devices[i].Violations.ShouldBeEmpty($"at gateway {i}; seed {seed}");
            states.Add(await LogTextAsync(watching[i], room));
        }

        states.Distinct().Count().ShouldBe(1, $"one log at all gateways; seed {seed}");
        var last = steady[0].Cursor;
        await roaming.UntilAsync(last);
        roaming.State.ShouldBe(steady[0].State, $"through all gateways; seed {seed}");
        roaming.Resets.ShouldBe(0);
        var log = await watching[0].LogAsync(room);
        log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)last).Select(i => (long)i), $"no gap; seed {seed}");
        foreach (var user in watching)
        {
            var listed = (await user.ListedAsync(room)).ShouldNotBeNull();
            (listed.ReadSeq, listed.Unread, listed.Mentions).ShouldBe(play.Expected(user, log), $"counts of {user.Name}; seed {seed}");
        }

        Say($"{play.Operations} operations, {log.Count} events");
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }

        foreach (var observer in steady)
        {
            await observer.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_clientId_sent_through_all_gateways_at_once_is_one_message_with_one_answer()
    {
        var user = await NewUserAsync("user", 0);
        var room = await NewRoomAsync(RoomKind.Private, user);
        var places = Enumerable.Range(0, 3).Select(i => Apis[i].With(user.AccessToken)).ToArray();

        for (var round = 0; round < 20; round++)
        {
            var message = user.Message($"round {round}");
            var answers = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => places[i % 3].SendAsync(room, message)));
            answers.Distinct().Count().ShouldBe(1, $"round {round}");
            (await Should.ThrowAsync<ChatApiException>(places[round % 3].SendAsync(room, message with { Text = "other" })))
                .Code.ShouldBe("message.client_id_reused");
        }

        (await user.HistoryAsync(room)).Select(m => m.Text).ShouldBe(Enumerable.Range(0, 20).Select(i => $"round {i}"));
    }

    [Fact]
    public async Task One_direct_room_made_through_all_gateways_at_once_is_one_room()
    {
        var (ann, ben) = (await NewUserAsync("ann", 0), await NewUserAsync("ben", 1));

        var rooms = await Task.WhenAll(Enumerable.Range(0, 9).Select(i =>
            Apis[i % 3].With((i % 2 == 0 ? ann : ben).AccessToken)
                .CreateRoomAsync(new(RoomKind.Direct, null, null, [i % 2 == 0 ? ben.Id : ann.Id]))));

        rooms.Select(r => r.RoomId).Distinct().ShouldHaveSingleItem();
        (await ben.Api.RoomsAsync(null, 50)).Items.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task One_user_name_registered_at_all_gateways_at_once_is_one_user()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 9).Select(async i =>
        {
            try
            {
                return (await Apis[i % 3].RegisterAsync(new("the-one", TestUser.Password))).User.UserId;
            }
            catch (ChatApiException ex) when (ex.Code is "user.username_taken")
            {
                return default;
            }
        }));

        outcomes.Count(id => id != default).ShouldBe(1);
    }

    [Fact]
    public async Task Member_removed_through_one_gateway_hears_nothing_later_through_another()
    {
        var (ann, ben, eve) = (await NewUserAsync("ann", 0), await NewUserAsync("ben", 1), await NewUserAsync("eve", 2));
        for (var round = 0; round < 6; round++)
        {
            var room = await NewRoomAsync(RoomKind.Private, ann, ben, eve);
            await using var device = await eve.OpenAsync();
            await using var witness = await ben.OpenAsync();
            using var stop = new CancellationTokenSource();
            var talking = Task.WhenAll(new[] { ann, ben }.Select(async user =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await user.SayAsync(room, "to those who are in");
                }
            }));
            await witness.UntilSeqAsync(room, 15);

            await ann.Api.RemoveMemberAsync(room, eve.Id, ban: round % 2 == 0);
            // Refused from the answer on, wherever she asks.
            for (var gateway = 0; gateway < 3; gateway++)
            {
                var api = Apis[gateway].With(eve.AccessToken);
                (await Should.ThrowAsync<ChatApiException>(api.EventsAsync(room, 0))).Code.ShouldBe("room.not_found");
                (await Should.ThrowAsync<ChatApiException>(api.MessagesAsync(room, MessageRange.Newest, 10))).Code.ShouldBe("room.not_found");
                (await Should.ThrowAsync<ChatApiException>(api.SendAsync(room, eve.Message("still here?")))).Code.ShouldBe("room.not_found");
            }

            await device.UntilPushAsync<RoomsPush>(p => p.Change.RoomId == room && p.Change.Change is not MemberChange.Joined);
            var removal = (await ann.LogAsync(room)).Single(e => e.UserId == eve.Id && e.Change is MemberChange.Removed or MemberChange.Banned).Seq;
            await witness.UntilSeqAsync(room, removal + 20);
            await stop.CancelAsync();
            await Wait.For(talking, "end of the talk");
            device.LastSeqOf(room).ShouldBe(removal, $"the removal is the last that eve heard (round {round})");
            device.Violations.Concat(witness.Violations).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Session_ended_at_one_gateway_is_ended_at_all_at_once()
    {
        var user = await NewUserAsync("user", 0);
        var phone = await user.OnAnotherDeviceAsync();
        Move(phone, 1);
        await using var device = await phone.OpenAsync();
        (await Apis[2].With(phone.AccessToken).MeAsync()).UserId.ShouldBe(user.Id, "a token of one gateway is good at all");

        await user.Api.EndSessionAsync(phone.Session);

        (await Wait.For(device.Connection.Closed, "end of the connection")).Bye.ShouldBe("session.ended");
        foreach (var api in Apis)
        {
            await Wait.Until(
                async () =>
                {
                    try
                    {
                        await api.With(phone.AccessToken).MeAsync();
                        return false;
                    }
                    catch (ChatApiException ex) when (ex.Status == 401)
                    {
                        return true;
                    }
                },
                () => "refusal of the ended session's token");
            (await Should.ThrowAsync<ChatApiException>(api.RefreshAsync(phone.RefreshToken))).Status.ShouldBe(401);
        }
    }

    [Fact]
    public async Task Typing_read_marks_and_room_lists_cross_gateways()
    {
        var (ann, ben) = (await NewUserAsync("ann", 0), await NewUserAsync("ben", 1));
        await using var bens = await ben.OpenAsync();
        await using var anns = await ann.OpenAsync();
        var phone = await ann.OnAnotherDeviceAsync();
        Move(phone, 2);
        await using var annsPhone = await phone.OpenAsync();

        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        await bens.UntilPushAsync<RoomsPush>(p => p.Change is { Change: MemberChange.Joined } change && change.RoomId == room);
        var ack = await ben.SayAsync(room, "hello");
        await anns.UntilSeqAsync(room, ack.Seq);
        await annsPhone.UntilSeqAsync(room, ack.Seq);
        await anns.Connection.TypingAsync(room);
        await bens.UntilPushAsync<TypingPush>(p => p.RoomId == room && p.UserId == ann.Id);
        await anns.Connection.MarkReadAsync(room, ack.Seq);

        await bens.UntilPushAsync<ReadPush>(p => p.RoomId == room && p.UserId == ann.Id && p.Seq == ack.Seq);
        await annsPhone.UntilPushAsync<ReadPush>(p => p.RoomId == room && p.UserId == ann.Id && p.Seq == ack.Seq);
        (await Apis[2].With(ann.AccessToken).RoomsAsync(null, 50)).Items.Single(r => r.RoomId == room).Unread.ShouldBe(0);
    }

    private static async Task<string> LogTextAsync(TestUser reader, RoomId room) =>
        string.Join('\n', (await reader.LogAsync(room)).Select(e => System.Text.Json.JsonSerializer.Serialize(e, ChatJson.Options)));
}

/// <summary>Presence of users who are at different gateways.</summary>
public sealed class PresenceTests(ITestOutputHelper output) : ClusterTest(output)
{
    [Fact]
    public async Task Presence_is_that_of_all_gateways_and_users_of_a_killed_one_go_offline()
    {
        var (ann, ben, cid) = (await NewUserAsync("ann", 0), await NewUserAsync("ben", 1), await NewUserAsync("cid", 2));
        await using var anns = await ann.OpenAsync();
        (await anns.Connection.WatchAsync([ben.Id, cid.Id])).ShouldAllBe(p => p.State == PresenceState.Offline);

        await using var bens = await ben.OpenAsync();
        await using var cids = await cid.OpenAsync();
        await anns.UntilPushAsync<PresencePush>(p => p.UserId == ben.Id && p.State is PresenceState.Online);
        await anns.UntilPushAsync<PresencePush>(p => p.UserId == cid.Id && p.State is PresenceState.Online);

        // In both places at once: leaving one is not going.
        Move(cid, 0);
        await using var elsewhere = await cid.OpenAsync();
        await Cluster.Gateways[2].KillAsync();
        await Cluster.Gateways[1].KillAsync();

        var clock = TimeProvider.System;
        var killed = clock.GetTimestamp();
        await anns.UntilPushAsync<PresencePush>(p => p.UserId == ben.Id && p.State is PresenceState.Offline);
        Say($"offline {clock.GetElapsedTime(killed).TotalSeconds:0.0} s after the kill");
        (await anns.Connection.WatchAsync([ben.Id, cid.Id])).Select(p => (p.UserId, p.State))
            .ShouldBe([(ben.Id, PresenceState.Offline), (cid.Id, PresenceState.Online)], ignoreOrder: true);
    }
}
