using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 6: whatever cursor a client comes back with, it gets precisely what it lacks. And two devices of a user agree.</summary>
public sealed class ResumeTests(ITestOutputHelper output) : SystemTest(output)
{
    [Fact]
    public async Task Every_cursor_of_a_log_gets_precisely_the_rest()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        await SendManyAsync(ann, room, 450);
        var log = await ann.LogAsync(room);
        await using var device = await ben.OpenAsync();
        var random = new Random(17);

        foreach (var cursor in new long[] { 0, 1, 2, log.Count - 1, log.Count }.Concat(Enumerable.Range(0, 20).Select(_ => random.NextInt64(log.Count))))
        {
            var got = new List<RoomEvent>();
            var at = cursor;
            SyncResult answer;
            do
            {
                answer = (await device.Connection.SyncAsync(new() { [room] = at })).Single();
                (answer.RoomId, answer.Reset, answer.Error, answer.LastSeq).ShouldBe((room, false, null, (long)log.Count), $"cursor {cursor}");
                got.AddRange(answer.Events);
                at = got.Count == 0 ? cursor : got[^1].Seq;
                answer.More.ShouldBe(at < log.Count, $"more is said when, and only when, there is more (cursor {cursor}, reached {at})");
            }
            while (answer.More);

            got.Select(e => e.Seq).ShouldBe(log.Skip((int)cursor).Select(e => e.Seq), $"cursor {cursor}");
            got.Select(e => e.Message?.Id).ShouldBe(log.Skip((int)cursor).Select(e => e.Message?.Id), $"cursor {cursor}");
        }
    }

    [Fact]
    public async Task Cursors_that_cannot_be_continued_are_said_so()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var mine = await NewRoomAsync(RoomKind.Private, ann);
        var others = await NewRoomAsync(RoomKind.Private, ben);
        await using var device = await ann.OpenAsync();

        var answers = await device.Connection.SyncAsync(new()
        {
            [mine] = 1_000_000, [others] = 0, [new(12345)] = 5,
        });

        answers.Count.ShouldBe(3);
        var beyond = answers.Single(a => a.RoomId == mine);
        (beyond.Reset, beyond.More, beyond.Error, beyond.Events.Count, beyond.LastSeq).ShouldBe((true, false, null, 0, 2L));
        foreach (var foreign in answers.Where(a => a.RoomId != mine))
        {
            (foreign.Reset, foreign.Error, foreign.LastSeq, foreign.Events.Count).ShouldBe((true, "room.not_found", 0L, 0));
        }

        (await Should.ThrowAsync<HubCallException>(device.Connection.SyncAsync(new() { [mine] = -1 }))).Code.ShouldBe("request.invalid");
        (await Should.ThrowAsync<HubCallException>(device.Connection.SyncAsync(
            Enumerable.Range(1, 501).ToDictionary(i => new RoomId(i), _ => 0L)))).Code.ShouldBe("request.too_many_items");
        (await device.Connection.SyncAsync([])).ShouldBeEmpty();
        (await device.Connection.SyncAsync(new() { [mine] = long.MaxValue })).Single().Reset.ShouldBeTrue();
    }

    [Fact]
    public async Task Many_rooms_in_one_Sync_come_whole_over_several_calls()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var rooms = new List<RoomId>();
        for (var i = 0; i < 12; i++)
        {
            rooms.Add(await NewRoomAsync(RoomKind.Private, ann, ben));
        }

        await Task.WhenAll(rooms.Select(room => SendManyAsync(ann, room, 130)));
        await using var device = await ben.OpenAsync();
        var got = rooms.ToDictionary(r => r, _ => new List<long>());
        var cursors = rooms.ToDictionary(r => r, _ => 0L);

        while (cursors.Count > 0)
        {
            foreach (var answer in await device.Connection.SyncAsync(cursors))
            {
                answer.Reset.ShouldBeFalse();
                got[answer.RoomId].AddRange(answer.Events.Select(e => e.Seq));
                if (answer.More)
                {
                    cursors[answer.RoomId] = got[answer.RoomId].LastOrDefault();
                }
                else
                {
                    cursors.Remove(answer.RoomId);
                }
            }
        }

        foreach (var room in rooms)
        {
            got[room].ShouldBe(Enumerable.Range(1, 133).Select(i => (long)i));
        }
    }

    [Fact]
    public async Task Reconnect_storm_with_offline_spells_misses_and_doubles_nothing()
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}");
        var owner = await NewUserAsync("owner");
        var readers = await NewUsersAsync(12, "reader");
        var room = await NewRoomAsync(RoomKind.Public, owner, readers);
        using var stop = new CancellationTokenSource();
        var storm = new SendStorm(owner, [room], new Random(seed));
        var sending = storm.RunAsync(() => { }, stop.Token);

        var lives = await Wait.For(
            Task.WhenAll(readers.Select((reader, i) => LiveAsync(reader, room, new Random(seed + i)))), $"end of the storm; seed {seed}");
        await stop.CancelAsync();
        await Wait.For(sending, "end of the sender");

        var last = (await owner.Api.RoomAsync(room)).LastSeq;
        Say($"{last} events");
        foreach (var (reader, cursor, applied) in lives)
        {
            var log = new RoomLog(room, cursor, e => applied.Add(e.Seq));
            await using var connection = await reader.ConnectAsync(new SendStorm.Deaf());
            (await log.CatchUpAsync(connection)).ShouldBeNull();
            applied.ShouldBe(Enumerable.Range(1, (int)last).Select(i => (long)i), $"{reader.Name}; seed {seed}");
        }
    }

    [Fact]
    public async Task Two_devices_of_one_user_see_the_same_and_each_others_read_marks()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        var elsewhere = await ben.OnAnotherDeviceAsync();
        await using var phone = await ben.OpenAsync();
        await using var desk = await elsewhere.OpenAsync();
        await using var other = await ann.OpenAsync();

        var last = (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? ann : ben).SayAsync(room, $"m{i}")))).Max(a => a.Seq);
        await phone.UntilSeqAsync(room, last);
        await desk.UntilSeqAsync(room, last);
        var read = await desk.Connection.MarkReadAsync(room, last);

        read.ShouldBe(new ReadState(last, 0, 0));
        await phone.UntilPushAsync<ReadPush>(p => p == new ReadPush(room, ben.Id, last));
        await other.UntilPushAsync<ReadPush>(p => p == new ReadPush(room, ben.Id, last));
        Seqs(phone).ShouldBe(Seqs(desk));
        (await ben.ListedAsync(room)).ShouldNotBeNull().Unread.ShouldBe(0);
        phone.Violations.Concat(desk.Violations).Concat(other.Violations).ShouldBeEmpty();

        IEnumerable<(long, EventKind, MessageId?)> Seqs(Device device) => device.EventsOf(room).Select(e => (e.Seq, e.Kind, e.Message?.Id));
    }

    [Fact]
    public async Task Pipelined_calls_of_one_connection_take_effect_in_their_order()
    {
        var user = await NewUserAsync();
        var room = await NewRoomAsync(RoomKind.Private, user);
        await using var device = await user.OpenAsync();

        var acks = await Wait.For(
            Task.WhenAll(Enumerable.Range(0, 400).Select(i => device.Connection.SendAsync(room, user.Message($"m{i}")))), "answers");

        acks.Select(a => a.Seq).ShouldBe(Enumerable.Range((int)acks[0].Seq, 400).Select(i => (long)i));
        await device.UntilSeqAsync(room, acks[^1].Seq);
        device.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task New_member_gets_pushes_without_gaps_and_the_log_before_them_by_Sync()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        await using var device = await ben.OpenAsync();

        for (var round = 0; round < 15; round++)
        {
            var room = await NewRoomAsync(RoomKind.Public, ann);
            var sending = SendManyAsync(ann, room, 30);
            await ann.Api.AddMembersAsync(room, [ben.Id]);
            await sending;
            var last = await ann.SayAsync(room, "last");

            await device.UntilSeqAsync(room, last.Seq);
            await device.UntilPushAsync<RoomsPush>(p => p.Change.RoomId == room && p.Change.Change is MemberChange.Joined);
            var events = device.EventsOf(room);
            events.Select(e => e.Seq).ShouldBe(Enumerable.Range((int)events[0].Seq, events.Count).Select(i => (long)i));
            var synced = (await device.Connection.SyncAsync(new() { [room] = 0 })).Single();
            synced.Events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)last.Seq).Select(i => (long)i));
            var joined = synced.Events.Single(e => e.UserId == ben.Id && e.Change is MemberChange.Joined).Seq;
            events[0].Seq.ShouldBeLessThanOrEqualTo(joined + 1, "all that follows the own joining is pushed");
        }
    }

    private static async Task SendManyAsync(TestUser user, RoomId room, int count)
    {
        await using var connection = await user.ConnectAsync(new SendStorm.Deaf());
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => connection.SendAsync(room, user.Message($"m{i}"))));
    }

    // Connects and drops again and again; answers what was applied, as the next connection would find it.
    private static async Task<(TestUser Reader, long Cursor, List<long> Applied)> LiveAsync(TestUser reader, RoomId room, Random random)
    {
        var applied = new List<long>();
        var log = new RoomLog(room, 0, e => applied.Add(e.Seq));
        for (var life = 0; life < 10; life++)
        {
            var listener = new LogListener(log);
            await using var connection = await reader.ConnectAsync(listener);
            try
            {
                (await log.CatchUpAsync(connection)).ShouldBeNull();
                listener.Synced();
                var until = log.Cursor + random.Next(1, 40);
                await Wait.Until(() => log.Cursor >= until || listener.Gap, () => $"event {until}");
                listener.Gap.ShouldBeFalse($"after a Sync the pushes continue it ({reader.Name}, life {life})");
            }
            finally
            {
                connection.Abort();
                await connection.Closed;
            }
        }

        return (reader, log.Cursor, applied);
    }

    private sealed class LogListener(RoomLog log) : IHubListener
    {
        private volatile bool _synced;
        private volatile bool _gap;

        /// <summary>Whether a push left a gap after the first Sync.</summary>
        public bool Gap => _gap;

        public void Synced() => _synced = true;

        public void Take(HubPush push)
        {
            if (push is EventsPush events && !log.Take(events.Events) && _synced)
            {
                _gap = true;
            }
        }
    }
}
