using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promises 1 and 3: acknowledged means durable, and once means once, whenever the process dies.</summary>
public sealed class KillTests(ITestOutputHelper output) : SystemTest(output)
{
    private const int Kills = 12;
    private const int Senders = 5;
    private const int Rooms = 4;

    [Fact]
    public async Task Killed_during_a_send_storm_at_any_instant_nothing_acknowledged_is_lost_or_doubled()
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}");
        var random = new Random(seed);
        var reader = await NewUserAsync("reader");
        var users = await NewUsersAsync(Senders, "sender");
        var rooms = new List<RoomId>();
        for (var i = 0; i < Rooms; i++)
        {
            rooms.Add(await NewRoomAsync(i % 2 == 0 ? RoomKind.Public : RoomKind.Private, reader, users));
        }

        var storms = users.Select((user, i) => new SendStorm(user, rooms, new Random(seed + i))).ToArray();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var left = random.Next(1, 150);
            var dying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var never = new CancellationTokenSource();
            var running = Task.WhenAll(storms.Select(s => s.RunAsync(
                () =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        dying.TrySetResult();
                    }
                },
                never.Token)));
            await Wait.For(Task.WhenAny(dying.Task, running), $"acknowledgements before kill {kill}; seed {seed}");
            running.IsCompleted.ShouldBeFalse($"the storm goes on until the server dies (kill {kill}, seed {seed}): {running.Exception}");

            await Server.KillAsync();
            await Wait.For(running, $"end of the connections after kill {kill}; seed {seed}");
            await Server.StartAsync();

            // Between two kills there may be retries open: only what was acknowledged is checked here.
            foreach (var storm in storms)
            {
                foreach (var (message, ack, _) in storm.Acked.Values.OrderByDescending(a => a.Order).Take(20))
                {
                    var page = await reader.Api.EventsAsync(ack.RoomId, ack.Seq - 1, 1);
                    page.Events.Single().Message.ShouldNotBeNull().ClientId.ShouldBe(message.ClientId, $"after kill {kill}; seed {seed}");
                }
            }
        }

        // No more deaths: what is unsure is sent again, under the tokens from before the first kill.
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Wait.For(Task.WhenAll(storms.Select(s => s.RunAsync(() => { }, stop.Token))), $"answers to the retries; seed {seed}");

        foreach (var room in rooms)
        {
            var log = await Ledger.CheckAsync(reader, room, storms, $"seed {seed}");
            var messages = log.Count(e => e.Kind is EventKind.Message);
            var listed = (await reader.ListedAsync(room)).ShouldNotBeNull();
            (listed.LastSeq, listed.Unread, listed.Mentions).ShouldBe((log.Count, messages, 0L), $"counts of the reader, who read nothing; seed {seed}");
            (await reader.HistoryAsync(room)).Select(m => m.Seq)
                .ShouldBe(log.Where(e => e.Kind is EventKind.Message).Select(e => e.Seq), $"history and log agree; seed {seed}");
        }

        Say($"{storms.Sum(s => s.Acked.Count)} messages acknowledged, {storms.Sum(s => s.Retried)} sent again");
        storms.Sum(s => s.Retried).ShouldBeGreaterThan(0, $"kills hit calls under way; seed {seed}");
    }

    [Fact]
    public async Task Killed_between_two_sends_of_one_clientId_the_second_gets_the_first_answer()
    {
        var user = await NewUserAsync();
        var room = await NewRoomAsync(RoomKind.Private, user);
        var message = user.Message("once");
        var first = await user.Api.SendAsync(room, message);

        await Server.KillAsync();
        await Server.StartAsync();

        (await user.Api.SendAsync(room, message)).ShouldBe(first);
        await using var device = await user.OpenAsync();
        (await device.Connection.SendAsync(room, message)).ShouldBe(first);
        (await Should.ThrowAsync<Client.ChatApiException>(user.Api.SendAsync(room, message with { Text = "other" })))
            .Code.ShouldBe("message.client_id_reused");
        (await user.HistoryAsync(room)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Killed_server_keeps_sessions_revocations_members_reactions_pins_and_marks()
    {
        var (ann, ben, eve) = (await NewUserAsync("ann"), await NewUserAsync("ben"), await NewUserAsync("eve"));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben, eve);
        var benElsewhere = await ben.OnAnotherDeviceAsync();
        var first = await ann.SayAsync(room, $"hello @{ben.Name}");
        await ann.SayAsync(room, "@room look");
        await ben.Api.ReactAsync(room, first.Seq, "👍", on: true);
        await ann.Api.PinAsync(room, first.Seq, on: true);
        await ben.Api.MarkReadAsync(room, first.Seq);
        await ann.Api.RemoveMemberAsync(room, eve.Id, ban: true);
        await ben.Api.EndSessionAsync(benElsewhere.Session);
        var before = (await ben.ListedAsync(room)).ShouldNotBeNull();
        var history = await ben.HistoryAsync(room);

        await Server.KillAsync();
        await Server.StartAsync();

        var after = (await ben.ListedAsync(room)).ShouldNotBeNull();
        (after.LastSeq, after.ReadSeq, after.Unread, after.Mentions).ShouldBe((before.LastSeq, before.ReadSeq, before.Unread, before.Mentions));
        (after.Unread, after.Mentions).ShouldBe((1, 1));
        RoomState.Text(await ben.HistoryAsync(room)).ShouldBe(RoomState.Text(history));
        (await ben.Api.PinsAsync(room)).Items.Select(m => m.Seq).ShouldBe([first.Seq]);
        (await ben.MembersAsync(room)).Select(m => m.UserId).ShouldBe([ann.Id, ben.Id], ignoreOrder: true);
        (await Should.ThrowAsync<Client.ChatApiException>(eve.Api.EventsAsync(room, 0))).Code.ShouldBe("room.not_found");
        (await Should.ThrowAsync<Client.ChatApiException>(benElsewhere.Api.MeAsync())).Status.ShouldBe(401);
        (await Should.ThrowAsync<Client.ChatApiException>(Api.RefreshAsync(benElsewhere.RefreshToken))).Status.ShouldBe(401);
        (await Api.RefreshAsync(ben.RefreshToken)).User.UserId.ShouldBe(ben.Id);
    }
}
