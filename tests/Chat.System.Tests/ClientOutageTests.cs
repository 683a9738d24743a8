using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>
/// Chat.Client's promise to its user, while the server dies, stops and stands still: each event once and in order, and every send ends in an
/// acknowledgement or in a failure that says what is known.
/// </summary>
public sealed class ClientOutageTests(ITestOutputHelper output) : SystemTest(output)
{
    private const int People = 3;
    private const int SendersEach = 4;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private enum Outage
    {
        Killed,
        Stopped,
        Stalled,
        StalledAndKilled,
        StalledForAMoment,
    }

    [Fact]
    public async Task Killed_stopped_and_stalled_server_costs_no_event_and_no_send()
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}");
        var random = new Random(seed);
        var (people, rooms, reader) = await PeopleInRoomsAsync(Wait.Limit);
        await Task.WhenAll(people.Select(p => p.StartAsync(rooms)));

        using var stop = new CancellationTokenSource();
        var until = new Countdown();
        var senders = people.SelectMany((person, p) => Enumerable.Range(0, SendersEach)
            .Select(s => person.SendAsync(rooms, new Random(seed + (p * SendersEach) + s), until.Count, stop.Token))).ToArray();
        var outages = Enum.GetValues<Outage>();
        random.Shuffle(outages);
        foreach (var outage in outages)
        {
            var context = $"outage {outage} of {string.Join(", ", outages)}; seed {seed}";
            await Wait.For(until.After(random.Next(1, 200)), $"acknowledgements before {context}");
            await HappenAsync(outage, people, context);
        }

        await Wait.For(until.After(50), $"acknowledgements after the last outage; seed {seed}");
        await stop.CancelAsync();
        await Wait.For(Task.WhenAll(senders), $"end of all sends; seed {seed}");

        people.SelectMany(p => p.Failed).ShouldBeEmpty($"the server was back long before the time for a send was over; seed {seed}");
        await CheckAsync(people, rooms, reader, $"seed {seed}");
        Say($"{people.Sum(p => p.Acked.Count)} messages acknowledged");
        await DisposeAsync(people);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_that_runs_out_of_time_says_whether_it_may_have_arrived(bool killed)
    {
        var (people, rooms, reader) = await PeopleInRoomsAsync(Short);
        await Task.WhenAll(people.Select(p => p.StartAsync(rooms)));
        foreach (var person in people)
        {
            (await person.SayAsync(rooms[0])).ShouldBeTrue("before the outage");
        }

        if (killed)
        {
            await Server.KillAsync();
        }
        else
        {
            Server.Freeze();
        }

        var sends = people.SelectMany(p => Enumerable.Range(0, 2 * SendersEach).Select(i => p.SayAsync(rooms[i % rooms.Length])));
        (await Wait.For(Task.WhenAll(sends), "end of all sends")).ShouldAllBe(acknowledged => !acknowledged);
        if (killed)
        {
            await Server.StartAsync();
        }
        else
        {
            Server.Thaw();
        }

        foreach (var person in people)
        {
            await Wait.Until(() => person.SayAsync(rooms[0]), () => $"acknowledgement for {person.Name} after the outage");
        }

        var failed = people.SelectMany(p => p.Failed.Values).ToList();
        failed.ShouldAllBe(f => f.Code == CallFailedException.NoAnswer);
        failed.ShouldContain(
            f => f.OutcomeUnknown == !killed,
            killed ? "what found no connection never left" : "what went to a server that stands still may be taken by it yet");
        await CheckAsync(people, rooms, reader, killed ? "killed" : "stalled");

        // Whoever keeps the key can always find out.
        var (text, lost) = people[0].Failed.First();
        var again = await people[0].Client.SendAsync(rooms[0], text, clientId: lost.ClientId);
        (await people[0].Client.SendAsync(rooms[0], text, clientId: lost.ClientId)).ShouldBe(again);
        await DisposeAsync(people);
    }

    private static async Task DisposeAsync(IEnumerable<ClientPerson> people)
    {
        foreach (var person in people)
        {
            await person.DisposeAsync();
        }
    }

    private async Task<(ClientPerson[] People, RoomId[] Rooms, TestUser Reader)> PeopleInRoomsAsync(TimeSpan sendTimeout)
    {
        var reader = await NewUserAsync("reader");
        var registered = await Task.WhenAll(Enumerable.Range(0, People)
            .Select(i => ClientPerson.RegisterAsync(Server.Address, $"person-{i}", sendTimeout)));
        var members = registered.Select(r => r.Id).ToList();
        var rooms = await Task.WhenAll(new[] { RoomKind.Public, RoomKind.Private }
            .Select(async kind => (await reader.Api.CreateRoomAsync(new(kind, "Room", "Topic", members))).RoomId));
        return ([.. registered.Select(r => r.Person)], rooms, reader);
    }

    private async Task HappenAsync(Outage outage, ClientPerson[] people, string context)
    {
        switch (outage)
        {
            case Outage.Killed:
                await Server.KillAsync();
                await Server.StartAsync();
                break;
            case Outage.Stopped:
                (await Server.StopAsync(Wait.Limit)).ShouldBe(0, context);
                await Server.StartAsync();
                break;
            case Outage.Stalled:
                Server.Freeze();
                await AllNoticeAsync(people, context);
                Server.Thaw();
                break;
            case Outage.StalledAndKilled:
                Server.Freeze();
                await AllNoticeAsync(people, context);
                await Server.KillAsync();
                await Server.StartAsync();
                break;
            case Outage.StalledForAMoment:
                Server.Freeze();
                Server.Thaw();
                break;
        }
    }

    private static Task AllNoticeAsync(ClientPerson[] people, string context) => Wait.Until(
        () => people.All(p => p.Client.Status.State is ClientState.Waiting or ClientState.Connecting),
        () => $"client that leaves the server that stands still: {string.Join(", ", people.Select(p => p.Client.Status))}; {context}");

    /// <summary>Holds what the clients said of their sends, and gave out, against the rooms' logs.</summary>
    private static async Task CheckAsync(ClientPerson[] people, RoomId[] rooms, TestUser reader, string context)
    {
        var inLogs = new Dictionary<string, (RoomId Room, long Seq, string? ClientId)>(StringComparer.Ordinal);
        foreach (var room in rooms)
        {
            var log = await reader.LogAsync(room);
            log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, log.Count).Select(i => (long)i), $"the log has no gap; {context}");
            foreach (var message in log.Where(e => e.Kind is EventKind.Message))
            {
                inLogs.TryAdd(message.Message!.Text, (room, message.Seq, message.Message.ClientId))
                    .ShouldBeTrue($"'{message.Message.Text}' is there once; {context}");
            }

            foreach (var person in people)
            {
                await person.UntilAsync(room, log.Count);
                person.SawExactly(room, log, context);
            }
        }

        foreach (var person in people)
        {
            foreach (var (text, ack) in person.Acked)
            {
                inLogs.ShouldContainKey(text, $"acknowledged; {context}");
                (inLogs[text].Room, inLogs[text].Seq).ShouldBe((ack.RoomId, ack.Seq), $"'{text}' stands where it was acknowledged; {context}");
            }

            foreach (var (text, failed) in person.Failed)
            {
                if (inLogs.TryGetValue(text, out var found))
                {
                    failed.OutcomeUnknown.ShouldBeTrue($"'{text}' is in the log, and the client said that it is not; {context}");
                    found.ClientId.ShouldBe(failed.ClientId, context);
                }
            }
        }

        var known = people.SelectMany(p => p.Acked.Keys.Concat(p.Failed.Keys)).ToHashSet(StringComparer.Ordinal);
        inLogs.Keys.Where(text => !known.Contains(text)).ShouldBeEmpty($"nothing is in the logs that nobody sent; {context}");
    }

    /// <summary>Tells when so many more were counted.</summary>
    private sealed class Countdown
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        public Task After(int count)
        {
            lock (_gate)
            {
                (_left, _done) = (count, new(TaskCreationOptions.RunContinuationsAsynchronously));
                return _done.Task;
            }
        }

        public void Count()
        {
            lock (_gate)
            {
                if (--_left == 0)
                {
                    _done.SetResult();
                }
            }
        }
    }
}
