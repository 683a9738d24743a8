using Chat.Contracts;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Servers;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Scenarios;

/// <summary>A deployment with people connected to it, spread over its gateways, who send to their rooms.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Crowd _crowd;
    private readonly List<Sender> _senders = [];
    private readonly Dictionary<RoomId, long> _lastSeqs = [];

    private Stage(Deployment deployment)
    {
        Deployment = deployment;
        _crowd = new Crowd(deployment.Addresses[0]);
    }

    public Deployment Deployment { get; }

    /// <summary>Makes people and rooms through the first gateway and connects everyone.</summary>
    public static async Task<Stage> OpenAsync(Deployment deployment, int connections, int rooms)
    {
        var stage = new Stage(deployment);
        try
        {
            var people = await stage._crowd.GatherAsync(connections, rooms);
            foreach (var room in people.GroupBy(person => person.Room))
            {
                stage._lastSeqs[room.Key] = await stage._crowd.LastSeqAsync(room.First());
            }

            for (var i = 0; i < people.Count; i++)
            {
                var tape = new EventTape { Next = stage._lastSeqs[people[i].Room] + 1 };
                stage._senders.Add(new(people[i], await stage._crowd.ConnectAsync(people[i], tape, deployment.AddressOf(i)), tape));
            }

            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends for a while without looking, and then checks every event.</summary>
    public async Task WarmAsync(RunOptions options, int depth, double seconds) =>
        await CheckAsync(await Storm.RunAsync(_senders, depth, seconds, new(options.TextBytes)));

    /// <summary>Sends for a while, tells the report, and checks every event.</summary>
    /// <returns>What the report was told.</returns>
    public async Task<Result> MeasureAsync(Run run, string scenario, string name, int depth)
    {
        var usage = await Usage.StartAsync(Deployment);
        var storm = await Storm.RunAsync(_senders, depth, run.Options.SecondsOr(5), new(run.Options.TextBytes));
        var spent = await usage.StopAsync();
        Describe(run.Report, scenario, name, storm, spent);
        await CheckAsync(storm);
        return run.Report.Results[^1];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders)
        {
            await sender.Hub.DisposeAsync();
        }

        _crowd.Dispose();
    }

    private static void Describe(Report report, string scenario, string name, Storm storm, Spent spent)
    {
        double sent = storm.Latencies.Count;
        var transactions = spent.Grown("chat.store.transaction.jobs#");
        var commits = spent.Grown("chat.rooms.commit.events#");
        report.Add(
            scenario,
            name,
            ("sends/s", sent / spent.Seconds),
            ("p50 ms", storm.Latencies.Percentile(0.5)),
            ("p99 ms", storm.Latencies.Percentile(0.99)),
            ("sends per transaction", sent / transactions),
            ("transactions/s", transactions / spent.Seconds),
            ("ms per transaction", spent.Grown("chat.store.commit.duration") / transactions * 1000),
            ("commits/s", commits / spent.Seconds),
            ("events per commit", spent.Grown("chat.rooms.commit.events") / commits),
            ("conflicts per commit", spent.Grown("chat.rooms.commit.conflicts") / commits),
            ("refused %", 100.0 * storm.Refused / (storm.Refused + sent)),
            ("server CPU ms per 1,000", spent.ServerCpu / sent * 1e6),
            ("database CPU ms per 1,000", spent.DatabaseCpu / sent * 1e6),
            ("Redis CPU ms per 1,000", spent.RedisCpu / sent * 1e6),
            ("client CPU ms per 1,000", spent.ClientCpu / sent * 1e6),
            ("server bytes allocated per send", spent.Grown("gc.allocated") / sent));
    }

    private async Task CheckAsync(Storm storm)
    {
        if (storm.Refused > 0)
        {
            throw new LoadTestException($"{storm.Refused} sends were refused while {storm.Latencies.Count} were not: {storm.Refusal}");
        }

        foreach (var room in _senders.GroupBy(sender => sender.Person.Room))
        {
            var last = storm.Acknowledged.Follow(room.Key, _lastSeqs[room.Key]);
            var found = await _crowd.LastSeqAsync(room.First().Person);
            if (found != last)
            {
                throw new LoadTestException($"A room whose last send was acknowledged as {last} ends at {found}.");
            }

            _lastSeqs[room.Key] = last;
            await Waiting.AllHeardAsync([.. room.Select(sender => sender.Tape)], _ => last);
        }
    }
}
