using Chat.Abstractions;
using Chat.Testing;
using Chat.Testing.Servers;

namespace Chat.Storage.MySql.Tests;

/// <summary>A server that dies, stands still or has no room left. Each test has one of its own.</summary>
public sealed class ServerFaultTests
{
    [Fact]
    public async Task Killed_and_started_again_under_load_it_has_all_that_was_acknowledged_and_the_store_needs_no_restart()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        await using var store = OpenedStore.Open(FaultServer.On(server));
        using var stop = new CancellationTokenSource();
        var rooms = new List<RoomOf>();
        for (var i = 0; i < 6; i++)
        {
            rooms.Add(await RoomOf.MakeAsync(store.Ports));
        }

        var acknowledged = rooms.ToDictionary(r => r, _ => new List<string>());
        var total = 0;
        var refused = 0;
        var writers = rooms.Select(room => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                try
                {
                    if ((await room.SayAsync($"{i}", $"k{i}")).Status is CommitStatus.Committed)
                    {
                        acknowledged[room].Add($"{i}");
                        Interlocked.Increment(ref total);
                    }
                }
                catch (StoreUnavailableException)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Yield();
                }
            }
        })).ToList();
        await Wait.Until(() => Volatile.Read(ref total) > 100, () => "acknowledgements before the kill");

        await server.KillAsync();
        await Wait.Until(() => Volatile.Read(ref refused) > 0, () => "refusals while it is dead");
        await server.StartAsync();
        var before = Volatile.Read(ref total);
        await Wait.Until(() => Volatile.Read(ref total) > before + 50, () => "acknowledgements after the start");
        await stop.CancelAsync();
        await Wait.For(Task.WhenAll(writers), "end of the writers");

        foreach (var room in rooms)
        {
            var events = await room.EventsAsync();
            var texts = events.Select(e => e.Message?.Text).OfType<string>().ToList();
            texts.ShouldBeUnique();
            acknowledged[room].Except(texts).ShouldBeEmpty("acknowledged, and not stored");
            events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i));
        }
    }

    [Fact]
    public async Task Standing_still_it_holds_up_the_first_calls_for_the_time_allowed_and_later_ones_not_at_all()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var options = FaultServer.On(server);
        await using var store = OpenedStore.Open(options);
        var room = await RoomOf.MakeAsync(store.Ports);
        await room.SayAsync("before");
        var next = await room.NextAsync();

        server.Freeze();
        var started = TimeProvider.System.GetTimestamp();
        await Should.ThrowAsync<StoreUnavailableException>(() => Wait.For(room.CommitAsync(next.Say(room.Owner, "lost", "k")), "end of the first call"));
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(5 * (options.CommandTimeout + options.ConnectTimeout));
        started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await Should.ThrowAsync<StoreUnavailableException>(() => room.TextsAsync());
            await Should.ThrowAsync<StoreUnavailableException>(() => store.Ports.Rooms.LoadAsync(room.Id));
            await Should.ThrowAsync<StoreUnavailableException>(() => store.Ports.Rooms.CommitAsync([next.Build()]));
        }

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(10 * options.CommandTimeout, "sixty calls that do not wait");

        server.Thaw();
        (await room.CommitAsync((await AnswersAgainAsync(room)).Say(room.Owner, "after"))).Status.ShouldBe(CommitStatus.Committed);

        // What was on its way when it stopped may have been written after all; nothing else may.
        (await room.TextsAsync()).Except(["lost"]).ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task A_server_that_is_not_there_refuses_at_once_and_is_found_when_it_comes()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var options = FaultServer.On(server);
        await using var store = OpenedStore.Open(options);
        var room = await RoomOf.MakeAsync(store.Ports);
        await server.KillAsync();
        await Should.ThrowAsync<StoreUnavailableException>(() => room.TextsAsync());

        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await Should.ThrowAsync<StoreUnavailableException>(() => room.SayAsync("lost"));
        }

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(10 * options.CommandTimeout, "twenty calls that do not wait");

        await server.StartAsync();
        (await room.CommitAsync((await AnswersAgainAsync(room)).Say(room.Owner, "after"))).Status.ShouldBe(CommitStatus.Committed);
    }

    /// <summary>
    /// As with a full disk, the file that all tables are in cannot grow. Deleting needs room as well, so it is started again with more, as after
    /// its volume was enlarged; the store is not.
    /// </summary>
    [Fact]
    public async Task Without_room_on_the_disk_it_refuses_what_does_not_fit_keeps_the_rest_and_goes_on_when_there_is_room()
    {
        string[] arguments =
            ["--innodb-file-per-table=0", "--innodb-autoextend-increment=1", "--innodb-data-file-path=ibdata1:12M:autoextend:max:48M"];
        await using var server = await MariaDbServer.StartNewAsync(arguments);
        await using var store = OpenedStore.Open(FaultServer.On(server));
        var room = await RoomOf.MakeAsync(store.Ports);
        await room.SayAsync("before");
        var text = new string('x', 1_000_000);
        var acknowledged = 0;
        var refused = 0;
        while (refused < 3)
        {
            try
            {
                acknowledged += (await room.SayAsync($"{acknowledged} {text}")).Status is CommitStatus.Committed ? 1 : 0;
            }
            catch (StoreUnavailableException)
            {
                refused++;
            }

            acknowledged.ShouldBeLessThan(100, "The disk never became full.");
        }

        store.Store.Map.First.Server.IsDown.ShouldBeFalse("A server that refuses is not down.");
        (await room.TextsAsync()).Count.ShouldBe(1 + acknowledged);
        await server.KillAsync();
        arguments[^1] = arguments[^1].Replace("48M", "480M", StringComparison.Ordinal);
        await server.StartAsync();
        var next = await AnswersAgainAsync(room);
        (await room.CommitAsync(next.Say(room.Owner, $"after {text}"))).Status.ShouldBe(CommitStatus.Committed);
        var events = await room.EventsAsync();
        events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i));
        (await room.TextsAsync()).Count.ShouldBe(2 + acknowledged);
    }

    /// <summary>Reads until it is answered: who asks first after a server went away finds it out.</summary>
    private static async Task<RoomCommits> AnswersAgainAsync(RoomOf room)
    {
        RoomCommits? next = null;
        await Wait.Until(
            async () =>
            {
                try
                {
                    next = await room.NextAsync();
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false;
                }
            },
            () => "answer of the server");
        return next!;
    }
}
