using Chat.Contracts;

namespace Chat.ClusterTests;

/// <summary>
/// Something breaks while everybody sends. Each test ends with the same questions: is everything that was acknowledged stored, is there one
/// log, does everybody who followed hold it, and did all of it come back without a hand being lifted?
/// </summary>
public abstract class FaultTest(ITestOutputHelper output) : ClusterTest(output)
{
    /// <summary>As long as the issue of a stall asks for: beyond every time-out on the way.</summary>
    protected static readonly TimeSpan Stall = TimeSpan.FromSeconds(20);

    private protected async Task PlayAsync(Func<UnderFire, Task> faults)
    {
        var seed = Random.Shared.Next();
        Say($"seed {seed}");
        var reader = await NewUserAsync("reader", 0);
        var senders = await NewUsersAsync(6, "sender");
        var listeners = await NewUsersAsync(3, "listener");
        await using var play = await UnderFire.StartAsync(reader, senders, listeners, Cluster.Gateways.Count, Move, seed);
        await play.GoesOnAsync(100, "before the fault");
        await faults(play);
        await play.GoesOnAsync(100, "after the fault");
        foreach (var gateway in Cluster.Gateways)
        {
            await ReadyAsync(gateway);
        }

        // The reader's own gateway may be the one that was away: all work again.
        Say(await play.CheckAsync());
    }

    private protected static async Task ReadyAsync(ServerProcess gateway)
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        await Wait.Until(
            async () =>
            {
                using var answer = await http.GetAsync("health/ready");
                return answer.IsSuccessStatusCode && await answer.Content.ReadAsStringAsync() == "ready";
            },
            () => $"gateway that says it is ready, and not degraded, on port {gateway.Port}");
    }

    private protected static Task StallAsync() => Task.Delay(Stall, TimeProvider.System);
}

/// <summary>Gateways that die and stand still.</summary>
public sealed class GatewayFaultTests(ITestOutputHelper output) : FaultTest(output)
{
    [Fact]
    public Task Gateway_killed_under_load_its_clients_go_on_at_others_without_a_gap() => PlayAsync(async play =>
    {
        foreach (var gateway in new[] { 1, 2 })
        {
            await Cluster.Gateways[gateway].KillAsync();
            await play.GoesOnAsync(100, $"while gateway {gateway} is dead");
            await Cluster.Gateways[gateway].StartAsync();
            await play.GoesOnAsync(50, $"with gateway {gateway} back");
        }
    });

    [Fact]
    public Task Gateway_that_stands_still_for_20_seconds_wakes_up_and_harms_nobody() => PlayAsync(async play =>
    {
        Cluster.Gateways[1].Freeze();
        await StallAsync();
        await play.GoesOnAsync(100, "while gateway 1 stands still");
        Cluster.Gateways[1].Thaw();
    });
}

/// <summary>A database that dies and stands still.</summary>
public sealed class DatabaseKillTests(ITestOutputHelper output) : FaultTest(output)
{
    [Fact]
    public Task Database_killed_under_load_loses_nothing_that_was_acknowledged() => PlayAsync(async play =>
    {
        for (var kill = 1; kill <= 3; kill++)
        {
            await Cluster.Database.KillAsync();
            await RefusedAtOnceAsync();
            await Cluster.Database.StartAsync();
            await play.GoesOnAsync(50, $"after kill {kill} of the database");
        }
    });

    private async Task RefusedAtOnceAsync()
    {
        foreach (var gateway in Cluster.Gateways)
        {
            using var http = new HttpClient { BaseAddress = gateway.Address };
            await Wait.Until(
                async () =>
                {
                    using var answer = await http.GetAsync("health/ready");
                    return (int)answer.StatusCode == 503 && (await answer.Content.ReadAsStringAsync()).Contains("storage.unavailable", StringComparison.Ordinal);
                },
                () => "gateway that says that its store is away");
        }
    }
}

/// <summary>A database that stands still.</summary>
public sealed class DatabaseStallTests(ITestOutputHelper output) : FaultTest(output)
{
    [Fact]
    public Task Database_that_stands_still_for_20_seconds_is_refused_and_comes_back() => PlayAsync(async play =>
    {
        Cluster.Database.Freeze();
        await StallAsync();
        Cluster.Database.Thaw();
    });
}

/// <summary>A Redis that dies and stands still.</summary>
public sealed class RedisFaultTests(ITestOutputHelper output) : FaultTest(output)
{
    [Fact]
    public Task Redis_killed_under_load_chat_goes_on_and_says_degraded() => PlayAsync(async play =>
    {
        for (var kill = 1; kill <= 2; kill++)
        {
            await Cluster.Redis.KillAsync();
            await play.GoesOnAsync(100, "without Redis");
            await DegradedAsync();
            (await NewUserAsync("newcomer", kill)).Id.ShouldNotBe(default, "sign-in works without Redis");
            await Cluster.Redis.StartAsync();
        }
    });

    [Fact]
    public Task Redis_that_stands_still_for_20_seconds_slows_nobody_down() => PlayAsync(async play =>
    {
        Cluster.Redis.Freeze();
        await StallAsync();
        await play.GoesOnAsync(100, "while Redis stands still");
        Cluster.Redis.Thaw();
    });

    [Fact]
    public async Task Message_sent_while_Redis_was_away_is_the_last_of_its_room_and_reaches_the_others_when_it_is_back()
    {
        var (ann, ben) = (await NewUserAsync("ann", 0), await NewUserAsync("ben", 1));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        await using var device = await ben.OpenAsync();
        await Cluster.Redis.KillAsync();

        var ack = await ann.SayAsync(room, "nobody says anything after this");
        await device.UntilSeqAsync(room, ack.Seq);
        await Cluster.Redis.StartAsync();
        var next = await ann.SayAsync(room, "but for this");

        await device.UntilSeqAsync(room, next.Seq);
        device.Violations.ShouldBeEmpty();
    }

    private async Task DegradedAsync()
    {
        using var http = new HttpClient { BaseAddress = Cluster.Gateways[0].Address };
        await Wait.Until(
            async () => (await http.GetStringAsync("health/ready")).Contains("degraded", StringComparison.Ordinal), () => "word of the outage in /health/ready");
    }
}

/// <summary>A database whose answers take long.</summary>
public sealed class SlowDatabaseTests(ITestOutputHelper output) : FaultTest(output)
{
    private SlowLink? _link;

    [Fact]
    public Task Slow_database_makes_chat_slow_and_breaks_no_promise() => PlayAsync(async play =>
    {
        _link!.Delay = TimeSpan.FromMilliseconds(300);
        await play.GoesOnAsync(60, "with a slow database");
        // Beyond every time-out.
        _link.Delay = TimeSpan.FromSeconds(8);
        await StallAsync();
        _link.Delay = TimeSpan.Zero;
    });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }
    }

    private protected override Task<ChatCluster> StartAsync(int count) =>
        ChatCluster.StartAsync(count, database => (_link = new SlowLink(() => database.Port)).Port);
}

/// <summary>One process whose clock is set.</summary>
public sealed class ClockTests(ITestOutputHelper output) : FaultTest(output)
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private readonly string _time = Path.Combine(Directory.CreateTempSubdirectory("chat-clock-").FullName, "time");

    [Fact]
    public Task Clock_of_one_process_that_steps_an_hour_ahead_and_two_back_harms_nobody() => PlayAsync(async play =>
    {
        var user = await NewUserAsync("watch", 1);
        await using var device = await user.OpenAsync();
        foreach (var step in new[] { "+3600", "-3600", "+0" })
        {
            await File.WriteAllTextAsync(_time, step);
            var ahead = await device.Connection.PingAsync() - TimeProvider.System.GetUtcNow();
            ahead.TotalSeconds.ShouldBe(double.Parse(step, System.Globalization.CultureInfo.InvariantCulture), 600, "the clock of the process is really set");
            await play.GoesOnAsync(100, $"with the clock of gateway 1 at {step} s");
        }
    });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_time)!, recursive: true);
    }

    private protected override async Task<ChatCluster> StartAsync(int count)
    {
        File.Exists(Library).ShouldBeTrue("libfaketime is not installed; ./test.sh installs what the tests need.");
        await File.WriteAllTextAsync(_time, "+0");
        return await ChatCluster.StartAsync(count, settings: gateway => gateway != 1 ? [] :
        [
            ("LD_PRELOAD", Library),
            ("FAKETIME_TIMESTAMP_FILE", _time),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            // Its own way with waits by the clock that never steps ends them at once.
            ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
        ]);
    }
}
