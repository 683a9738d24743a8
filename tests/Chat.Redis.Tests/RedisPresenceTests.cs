using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing.Servers;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

public sealed class RedisPresenceTests : PresenceSpecification, IAsyncLifetime
{
    private readonly List<RedisProcess> _processes = [];
    private RedisServer _server = null!;
    private RedisProcess _here = null!;
    private RedisProcess _there = null!;

    protected override IPresence Here => _here.Presence;

    protected override IPresence There => _there.Presence;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _here = await ProcessAsync(0.3, 2);
        _there = await ProcessAsync(0.1, 2);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_user_in_two_processes_is_there_until_both_are_left()
    {
        var user = NewUser();
        var third = await ProcessAsync(0.3, 2);
        using var heard = new Heard(There);
        await There.WatchAsync([user]);
        Here.Tell(Online(user));
        await heard.UntilLastAsync(Online(user));
        third.Presence.Tell(Away(user));
        Here.Tell(Offline(user));
        await heard.UntilLastAsync(Away(user));
        third.Presence.Tell(Offline(user) with { LastSeen = Seen.AddMinutes(-1) });
        await heard.UntilLastAsync(Offline(user));
    }

    [Fact]
    public async Task Users_of_a_killed_process_are_told_offline()
    {
        var (user, both) = (NewUser(), NewUser());
        using var heard = new Heard(There);
        await There.WatchAsync([user, both]);
        Here.Tell(Online(user));
        Here.Tell(Online(both));
        There.Tell(Away(both));
        await heard.UntilLastAsync(Online(user));
        await heard.UntilLastAsync(Online(both));
        await _here.KillAsync();
        await Wait.Until(() => heard.All.Last(info => info.UserId == user).State is PresenceState.Offline, () => "end of the killed process's user");
        heard.All.Last(info => info.UserId == user).LastSeen.ShouldNotBeNull();
        await heard.UntilLastAsync(Away(both));
    }

    [Fact]
    public async Task With_the_default_settings_that_takes_15_s_at_most()
    {
        var (dying, watching) = (await ProcessAsync(3, 10), await ProcessAsync(3, 10));
        var user = NewUser();
        using var heard = new Heard(watching.Presence);
        await watching.Presence.WatchAsync([user]);
        dying.Presence.Tell(Online(user));
        await heard.UntilLastAsync(Online(user));
        // Those with shorter settings would tell earlier.
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        var clock = TimeProvider.System;
        await Wait.Until(() => watching.Servers.Links[0].IsUp, () => "way to the server");
        await dying.KillAsync();
        var killed = clock.GetTimestamp();
        await Wait.Until(() => heard.All.Last(info => info.UserId == user).State is PresenceState.Offline, () => "end of the user");
        clock.GetElapsedTime(killed).ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_process_that_was_taken_for_dead_and_wakes_tells_of_its_users_again()
    {
        var sleeper = await ProcessAsync(1, 2);
        var users = Enumerable.Range(0, 700).Select(_ => NewUser()).ToList();
        using var heard = new Heard(There);
        await There.WatchAsync(users);
        users.ForEach(user => sleeper.Presence.Tell(Online(user)));
        await heard.UntilLastAsync(Online(users[^1]));
        await heard.UntilLastAsync(Online(users[0]));

        // Its last beat was long ago, say, until the other one has taken it for dead.
        await using var control = await RedisControl.ConnectAsync(_server);
        await Wait.Until(
            async () =>
            {
                await control.Database.SortedSetAddAsync("chat:processes", sleeper.Servers.Process, 1);
                return heard.All.Any(info => info.UserId == users[0] && info.State is PresenceState.Offline);
            },
            () => "burial of the sleeping process");
        foreach (var user in users)
        {
            await heard.UntilLastAsync(Online(user));
        }
    }

    [Fact]
    public async Task A_process_that_ends_in_good_order_takes_its_users_along_at_once()
    {
        var (user, leaving) = (NewUser(), await ProcessAsync(3, 10));
        using var heard = new Heard(There);
        await There.WatchAsync([user]);
        leaving.Presence.Tell(Online(user));
        await heard.UntilLastAsync(Online(user));
        var name = leaving.Servers.Process;
        await leaving.DisposeAsync();
        await Wait.Until(() => heard.All.Last().State is PresenceState.Offline, () => "end of the user");
        await using var control = await RedisControl.ConnectAsync(_server);
        (await control.Database.SortedSetScoreAsync("chat:processes", name)).ShouldBeNull();
        (await control.Database.KeyExistsAsync($"chat:process:{name}")).ShouldBeFalse();
        (await control.Database.KeyTimeToLiveAsync($"chat:presence:{user}")).ShouldNotBeNull();
    }

    [Fact]
    public async Task While_the_server_is_away_own_users_are_told_of_and_afterwards_all()
    {
        var (mine, theirs, gone) = (NewUser(), NewUser(), NewUser());
        using var heard = new Heard(There);
        await There.WatchAsync([mine, theirs, gone]);
        Here.Tell(Online(theirs));
        Here.Tell(Online(gone));
        await heard.UntilLastAsync(Online(theirs));
        await heard.UntilLastAsync(Online(gone));

        // It keeps nothing over a restart.
        await _server.KillAsync();
        await _there.UntilAsync(up: false, 0);
        await _here.UntilAsync(up: false, 0);
        There.Tell(Online(mine));
        await heard.UntilLastAsync(Online(mine));
        Here.Tell(Away(theirs));
        Here.Tell(Offline(gone));
        var late = NewUser();
        There.Tell(Away(late));
        (await There.WatchAsync([late, NewUser()])).Select(info => info.State).ShouldBe([PresenceState.Away, PresenceState.Offline]);

        await _server.StartAsync();
        await heard.UntilLastAsync(Away(theirs));
        await Wait.Until(() => heard.All.Last(info => info.UserId == gone).State is PresenceState.Offline, () => "end of who went meanwhile");
        heard.All.Last(info => info.UserId == mine).ShouldBe(Online(mine));
        (await Here.WatchAsync([mine])).Count.ShouldBe(1);
        await Wait.Until(
            async () =>
            {
                Here.Unwatch([mine]);
                return (await Here.WatchAsync([mine])).Single().State is PresenceState.Online;
            },
            () => "the user of the other process");
    }

    [Fact]
    public async Task A_server_that_stands_still_and_goes_on_leaves_nobody_offline()
    {
        var users = Enumerable.Range(0, 50).Select(_ => NewUser()).ToList();
        using var heard = new Heard(There);
        await There.WatchAsync(users);
        users.ForEach(user => Here.Tell(Online(user)));
        foreach (var user in users)
        {
            await heard.UntilLastAsync(Online(user));
        }

        _server.Freeze();
        await _there.UntilAsync(up: false, 0);
        await _here.UntilAsync(up: false, 0);
        _server.Thaw();
        await _there.UntilAsync(up: true, 0);
        await _here.UntilAsync(up: true, 0);
        var marker = NewUser();
        await There.WatchAsync([marker]);
        Here.Tell(Online(marker));
        await heard.UntilLastAsync(Online(marker));
        heard.All.ShouldAllBe(info => info.State == PresenceState.Online);
    }

    [Fact]
    public async Task A_beat_costs_the_same_however_many_users_there_are()
    {
        var users = Enumerable.Range(0, 2000).Select(_ => NewUser()).ToList();
        users.ForEach(user => Here.Tell(Online(user)));
        await using var control = await RedisControl.ConnectAsync(_server);
        await Wait.Until(async () => await control.Database.SetLengthAsync($"chat:process:{_here.Servers.Process}") == 2000, () => "2000 users in the set");

        // What they are told by comes behind.
        await Wait.Until(
            async () =>
            {
                var so = await control.CommandsAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                return await control.CommandsAsync() - so < 20;
            },
            () => "end of what is told of 2000 users");
        var before = await control.CommandsAsync();
        var end = await control.TimeAsync() + TimeSpan.FromSeconds(1);
        var asked = 0;
        await Wait.Until(async () => ++asked > 0 && await control.TimeAsync() >= end, () => "passing of a second");
        (await control.CommandsAsync() - before - asked).ShouldBeLessThan(200);
    }

    private async Task<RedisProcess> ProcessAsync(double beat, double expiry)
    {
        var process = await RedisProcess.StartAsync(
            options => (options.ProcessBeat, options.ProcessExpiry) = (TimeSpan.FromSeconds(beat), TimeSpan.FromSeconds(expiry)), _server.Endpoint);
        _processes.Add(process);
        await process.UntilAsync(up: true, 0);
        return process;
    }
}
