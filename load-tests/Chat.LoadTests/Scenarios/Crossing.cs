using Chat.Client;
using Chat.Contracts;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>
/// From send at one gateway to receive at the same one and at another, at a modest rate over many rooms. Each room has a sender and two listeners,
/// one of them at the next gateway, so both ways are measured on the same messages; beside it the same on one gateway, in turns.
/// </summary>
internal static class Crossing
{
    private const string Name = "crossing";
    private const int PerRoom = 3;

    public static async Task RunAsync(Run run)
    {
        var options = run.Options;
        var rooms = options.RoomsOr(20);
        var rate = options.Rate > 0 ? options.Rate : 100;
        Deployment[] deployments = [await run.OpenSqliteAsync(), await run.OpenMySqlAsync(1, redis: false), await run.OpenMySqlAsync(options.GatewaysOr(3), redis: true)];
        var all = new List<Listening>();
        try
        {
            foreach (var deployment in deployments)
            {
                run.Report.Progress($"{Name}: {rooms} rooms on {deployment.Name}");
                all.Add(await Listening.OpenAsync(deployment, rooms));
                await all[^1].StreamAsync(rate * 5, options.SecondsOr(5) * deployment.Addresses.Count, options);
            }

            var rounds = new Rounds(Name, "same gateway p50 ms");
            for (var round = 1; round <= options.RoundsOr(3); round++)
            {
                var measured = new List<(string Case, Result Result)>();
                foreach (var listening in all)
                {
                    var name = $"{listening.Deployment.Name}, {rate} messages/s, {rooms} rooms";
                    measured.Add((name, await MeasureAsync(run, listening, rate, $"{name}, round {round}")));
                }

                rounds.Add(measured);
            }

            rounds.Conclude(run.Report);
        }
        finally
        {
            foreach (var listening in all)
            {
                await listening.DisposeAsync();
            }
        }
    }

    private static async Task<Result> MeasureAsync(Run run, Listening listening, int rate, string name)
    {
        var usage = await Usage.StartAsync(listening.Deployment);
        var sent = await listening.StreamAsync(rate, run.Options.SecondsOr(5), run.Options);
        var spent = await usage.StopAsync();
        var (near, far, late) = (listening.Near, listening.Far, listening.Clock.Lateness);
        run.Report.Add(
            Name,
            name,
            ("same gateway p50 ms", near.Percentile(0.5)),
            ("same gateway p99 ms", near.Percentile(0.99)),
            ("other gateway p50 ms", far.Percentile(0.5)),
            ("other gateway p99 ms", far.Percentile(0.99)),
            ("client late p50 ms", late.Percentile(0.5)),
            ("client late p99 ms", late.Percentile(0.99)),
            ("fills", spent.Grown("chat.feed.fills")),
            ("server CPU ms per 1,000", spent.ServerCpu / sent * 1e6),
            ("database CPU ms per 1,000", spent.DatabaseCpu / sent * 1e6),
            ("Redis CPU ms per 1,000", spent.RedisCpu / sent * 1e6));
        return run.Report.Results[^1];
    }

    /// <summary>Rooms with a sender and two listeners each.</summary>
    private sealed class Listening : IAsyncDisposable
    {
        private readonly Crowd _crowd;
        private readonly List<(HubConnection Hub, RoomId Room)> _senders = [];
        private readonly List<HubConnection> _listeners = [];
        private readonly List<(Person Person, EventTape Tape)> _tapes = [];

        private Listening(Deployment deployment)
        {
            Deployment = deployment;
            _crowd = new Crowd(deployment.Addresses[0]);
        }

        public Deployment Deployment { get; }

        public Schedule Clock { get; } = new();

        /// <summary>From a message's time to its receipt at the sender's gateway.</summary>
        public Samples Near { get; } = new();

        /// <summary>The same at another gateway; without samples when there is none.</summary>
        public Samples Far { get; } = new();

        public static async Task<Listening> OpenAsync(Deployment deployment, int rooms)
        {
            var made = new Listening(deployment);
            try
            {
                var people = await made._crowd.GatherAsync(rooms * PerRoom, rooms);
                for (var room = 0; room < rooms; room++)
                {
                    await made.AddRoomAsync(room, [.. people.Skip(room * PerRoom).Take(PerRoom)]);
                }

                return made;
            }
            catch
            {
                await made.DisposeAsync();
                throw;
            }
        }

        /// <summary>Sends for a while, waits until all was heard, and checks it. The samples are those of this stream alone.</summary>
        public async Task<long> StreamAsync(int rate, double seconds, RunOptions options)
        {
            Near.Clear();
            Far.Clear();
            Clock.Lateness.Clear();
            var sent = await Clock.RunAsync(_senders, rate, seconds, options.TextBytes);
            await Waiting.UntilAsync(() => Near.Count + Far.Count >= sent * (PerRoom - 1), TimeSpan.FromSeconds(20));
            foreach (var room in _tapes.GroupBy(place => place.Person.Room))
            {
                var last = await _crowd.LastSeqAsync(room.First().Person);
                await Waiting.AllHeardAsync([.. room.Select(place => place.Tape)], _ => last);
            }

            var heard = Near.Count + Far.Count;
            return heard == sent * (PerRoom - 1) ? sent
                : throw new LoadTestException($"{sent} messages made {heard} deliveries to {PerRoom - 1} listeners each.");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var hub in _senders.Select(sender => sender.Hub).Concat(_listeners))
            {
                await hub.DisposeAsync();
            }

            _crowd.Dispose();
        }

        private async Task AddRoomAsync(int room, Person[] members)
        {
            var next = await _crowd.LastSeqAsync(members[0]) + 1;
            var (home, other) = (Deployment.AddressOf(room), Deployment.AddressOf(room + 1));
            _senders.Add((await ConnectAsync(members[0], new EventTape { Next = next }, home), members[0].Room));
            _listeners.Add(await ConnectAsync(members[1], new LatencyTape(Clock, Near) { Next = next }, home));
            _listeners.Add(await ConnectAsync(members[2], new LatencyTape(Clock, home == other ? Near : Far) { Next = next }, other));
        }

        private Task<HubConnection> ConnectAsync(Person person, EventTape tape, Uri gateway)
        {
            _tapes.Add((person, tape));
            return _crowd.ConnectAsync(person, tape, gateway);
        }
    }
}
