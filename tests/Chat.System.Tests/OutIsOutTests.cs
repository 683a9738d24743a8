using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 4: after a removal, ban, leave, logout or revoked session, nothing later arrives, by any path.</summary>
public sealed class OutIsOutTests(ITestOutputHelper output) : SystemTest(output)
{
    public enum Way
    {
        Removed,
        Banned,
        Left,
    }

    [Theory]
    [InlineData(Way.Removed, RoomKind.Private)]
    [InlineData(Way.Removed, RoomKind.Public)]
    [InlineData(Way.Banned, RoomKind.Public)]
    [InlineData(Way.Banned, RoomKind.Private)]
    [InlineData(Way.Left, RoomKind.Private)]
    public async Task Out_of_a_room_while_messages_flow_nothing_later_arrives_by_any_path(Way way, RoomKind kind)
    {
        var (owner, sender) = (await NewUserAsync("owner"), await NewUserAsync("sender"));
        for (var round = 0; round < 4; round++)
        {
            var victim = await NewUserAsync("victim");
            var elsewhere = await victim.OnAnotherDeviceAsync();
            var room = await NewRoomAsync(kind, owner, sender, victim);
            await using var first = await victim.OpenAsync();
            await using var second = await elsewhere.OpenAsync();
            using var stop = new CancellationTokenSource();
            var storm = new SendStorm(sender, [room], new Random(round));
            var sending = storm.RunAsync(() => { }, stop.Token);
            await first.UntilSeqAsync(room, 25);

            await (way switch
            {
                Way.Removed => owner.Api.RemoveMemberAsync(room, victim.Id),
                Way.Banned => owner.Api.RemoveMemberAsync(room, victim.Id, ban: true),
                _ => victim.Api.LeaveAsync(room),
            });

            // Already now, while its news is still on the way: no path reads any more.
            await NothingIsReadAsync(victim, first, room, kind, way);
            var change = Change(way);
            await first.UntilPushAsync<RoomsPush>(p => p.Change.RoomId == room && p.Change.Change == change);
            await second.UntilPushAsync<RoomsPush>(p => p.Change.RoomId == room && p.Change.Change == change);
            var outAt = first.Pushed<RoomsPush>().Single(p => p.Change.RoomId == room && p.Change.Change == change).Change.Seq;
            await stop.CancelAsync();
            await Wait.For(sending, "end of the sender");
            var last = await owner.SayAsync(room, "nobody outside reads this");
            await using (var witness = await owner.OpenAsync())
            {
                // Round trips on the victim's own connections: whatever was pushed before has arrived.
                await first.Connection.PingAsync();
                await second.Connection.PingAsync();
            }

            last.Seq.ShouldBeGreaterThan(outAt + 1, "messages went on after the removal");
            foreach (var device in new[] { first, second })
            {
                var seqs = device.EventsOf(room).Select(e => e.Seq).ToList();
                seqs.ShouldBe(Enumerable.Range((int)seqs[0], (int)(outAt - seqs[0] + 1)).Select(i => (long)i),
                    $"everything up to the own going, and nothing later ({way}, round {round})");
                device.EventsOf(room)[^1].Change.ShouldBe(change);
            }

            await NothingIsReadAsync(victim, first, room, kind, way);
            await using var later = await victim.OpenAsync();
            await owner.SayAsync(room, "nor this");
            await later.Connection.PingAsync();
            later.EventsOf(room).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Banned_user_cannot_find_or_join_the_room_and_comes_back_only_by_a_moderator()
    {
        var (owner, victim, member) = (await NewUserAsync("owner"), await NewUserAsync("victim"), await NewUserAsync("member"));
        var room = (await owner.Api.CreateRoomAsync(new(RoomKind.Public, "Findable", null, [victim.Id, member.Id]))).RoomId;
        (await victim.Api.DiscoverAsync("Findable")).Items.ShouldContain(r => r.RoomId == room);
        await owner.Api.RemoveMemberAsync(room, victim.Id, ban: true);

        (await victim.Api.DiscoverAsync("Findable")).Items.ShouldNotContain(r => r.RoomId == room);
        await RefusedAsync("room.not_found", () => victim.Api.JoinAsync(room));
        await RefusedAsync("room.not_found", () => victim.Api.RoomAsync(room));
        await RefusedAsync("room.forbidden", () => member.Api.AddMembersAsync(room, [victim.Id]));
        await owner.Api.AddMembersAsync(room, [victim.Id]);

        (await victim.SayAsync(room, "back")).Seq.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Going_and_coming_back_again_and_again_gives_each_stay_whole_and_nothing_of_what_was_outside()
    {
        var (owner, guest) = (await NewUserAsync("owner"), await NewUserAsync("guest"));
        var room = await NewRoomAsync(RoomKind.Private, owner);
        await using var device = await guest.OpenAsync();
        using var stop = new CancellationTokenSource();
        var sending = new SendStorm(owner, [room], new Random(5)).RunAsync(() => { }, stop.Token);
        for (var stay = 0; stay < 25; stay++)
        {
            await owner.Api.AddMembersAsync(room, [guest.Id]);
            await owner.Api.RemoveMemberAsync(room, guest.Id);
        }

        await stop.CancelAsync();
        await Wait.For(sending, "end of the sender");
        var own = (await owner.LogAsync(room)).Where(e => e.UserId == guest.Id).ToList();
        await device.UntilSeqAsync(room, own[^1].Seq);
        await device.Connection.PingAsync();
        var pushed = device.EventsOf(room).Select(e => e.Seq).ToList();
        pushed.ShouldBe([.. pushed.Distinct().Order()], "each once, in order");
        pushed[^1].ShouldBe(own[^1].Seq, "nothing after the last removal");
        for (var i = 0; i < own.Count; i += 2)
        {
            var (joined, removed) = (own[i].Seq, own[i + 1].Seq);
            pushed.Where(seq => seq > joined && seq <= removed)
                .ShouldBe(Enumerable.Range((int)joined + 1, (int)(removed - joined)).Select(seq => (long)seq), $"stay {i / 2} is whole");

            // Once a member again, the log is the member's to read: the pushes may begin a little before the own joining, but not end there.
            var before = pushed.Where(seq => seq > (i == 0 ? 0 : own[i - 1].Seq) && seq < joined).ToList();
            before.ShouldBe(Enumerable.Range((int)joined - before.Count, before.Count).Select(seq => (long)seq), $"before stay {i / 2}");
        }
    }

    [Fact]
    public async Task Revoked_session_is_closed_with_bye_and_refused_everywhere_at_once()
    {
        var (owner, user) = (await NewUserAsync("owner"), await NewUserAsync("user"));
        var room = await NewRoomAsync(RoomKind.Private, owner, user);
        var stolen = await user.OnAnotherDeviceAsync();
        await using var kept = await user.OpenAsync();
        var devices = await Task.WhenAll(stolen.OpenAsync(), stolen.OpenAsync());
        using var stop = new CancellationTokenSource();
        var sending = new SendStorm(owner, [room], new Random(3)).RunAsync(() => { }, stop.Token);
        await devices[0].UntilSeqAsync(room, 20);

        await user.Api.EndSessionAsync(stolen.Session);

        await RefusedAsync("auth.invalid", () => stolen.Api.MeAsync());
        await RefusedAsync("auth.invalid", () => stolen.Api.EventsAsync(room, 0));
        await RefusedAsync("auth.invalid", () => Api.RefreshAsync(stolen.RefreshToken));
        (await Should.ThrowAsync<HubConnectionException>(stolen.OpenAsync())).Status.ShouldBe(401);
        var after = (await owner.SayAsync(room, "later")).Seq;
        foreach (var device in devices)
        {
            var close = await Wait.For(device.Connection.Closed, "end of the revoked connection");
            close.Bye.ShouldBe("session.ended");
            device.LastSeqOf(room).ShouldBeLessThan(after);
            device.Violations.ShouldBeEmpty();
        }

        await stop.CancelAsync();
        await Wait.For(sending, "end of the sender");
        await kept.UntilSeqAsync(room, after);
        kept.Connection.Closed.IsCompleted.ShouldBeFalse("the user's other session goes on");
        (await user.Api.SessionsAsync()).Items.Select(s => s.SessionId).ShouldBe([user.Session]);
    }

    [Fact]
    public async Task Signed_out_device_hears_nothing_later_and_its_tokens_are_dead()
    {
        var (owner, user) = (await NewUserAsync("owner"), await NewUserAsync("user"));
        var room = await NewRoomAsync(RoomKind.Private, owner, user);
        await using var device = await user.OpenAsync();

        await Api.LogoutAsync(user.RefreshToken);
        var later = await owner.SayAsync(room, "later");

        (await Wait.For(device.Connection.Closed, "end of the connection")).Bye.ShouldBe("session.ended");
        device.LastSeqOf(room).ShouldBeLessThan(later.Seq);
        await RefusedAsync("auth.invalid", () => user.Api.RoomsAsync());
        await RefusedAsync("auth.invalid", () => Api.RefreshAsync(user.RefreshToken));
    }

    [Fact]
    public async Task Spent_refresh_token_is_refused_and_its_successor_works()
    {
        var user = await NewUserAsync();
        var next = await Api.RefreshAsync(user.RefreshToken);

        await RefusedAsync("auth.invalid", () => Api.RefreshAsync(user.RefreshToken));

        (await Api.With(next.AccessToken).MeAsync()).UserId.ShouldBe(user.Id);
        next.SessionId.ShouldBe(user.Session);
        (await Api.RefreshAsync(next.RefreshToken)).User.UserId.ShouldBe(user.Id);
    }

    private static MemberChange Change(Way way) => way switch
    {
        Way.Removed => MemberChange.Removed,
        Way.Banned => MemberChange.Banned,
        _ => MemberChange.Left,
    };

    // What is invisible is not found; a public room that one is merely not in is visible, but not readable.
    private static async Task NothingIsReadAsync(TestUser victim, Device device, RoomId room, RoomKind kind, Way way)
    {
        var code = kind is RoomKind.Public && way is not Way.Banned ? "room.forbidden" : "room.not_found";
        var api = victim.Api;
        await RefusedAsync(code, () => api.EventsAsync(room, 0));
        await RefusedAsync(code, () => api.MessagesAsync(room, MessageRange.Newest));
        await RefusedAsync(code, () => api.PinsAsync(room));
        await RefusedAsync(code, () => api.MembersAsync(room));
        await RefusedAsync(code, () => api.MarkReadAsync(room, 1));
        await RefusedAsync(code, () => api.SendAsync(room, victim.Message("no")));
        await RefusedAsync(code, () => api.EditAsync(room, 1, "no"));
        await RefusedAsync(code, () => api.ReactAsync(room, 5, "👍", on: true));
        await RefusedAsync(code, () => api.AddMembersAsync(room, [victim.Id]));
        (await victim.ListedAsync(room)).ShouldBeNull();
        if (code == "room.not_found")
        {
            await RefusedAsync(code, () => api.RoomAsync(room));
        }
        else
        {
            (await api.RoomAsync(room)).ShouldSatisfyAllConditions(r => r.LastSeq.ShouldBe(0), r => r.Role.ShouldBeNull());
        }

        var hub = device.Connection;
        (await hub.SyncAsync(new() { [room] = 0 })).Single()
            .ShouldSatisfyAllConditions(a => a.Reset.ShouldBeTrue(), a => a.Error.ShouldBe(code), a => a.Events.ShouldBeEmpty(), a => a.LastSeq.ShouldBe(0));
        await HubRefusedAsync(code, () => hub.SendAsync(room, victim.Message("no")));
        await HubRefusedAsync(code, () => hub.EditAsync(room, 1, "no"));
        await HubRefusedAsync(code, () => hub.DeleteAsync(room, 5));
        await HubRefusedAsync(code, () => hub.ReactAsync(room, 5, "👍", on: true));
        await HubRefusedAsync(code, () => hub.MarkReadAsync(room, 1));
        await HubRefusedAsync(code, () => hub.TypingAsync(room));
    }

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        (await Should.ThrowAsync<ChatApiException>(call)).Code.ShouldBe(code);

    private static async Task HubRefusedAsync(string code, Func<Task> call) =>
        (await Should.ThrowAsync<HubCallException>(call)).Code.ShouldBe(code);
}
