using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing.Servers;
using Chat.Testing.Specifications;

namespace Chat.Redis.Tests;

public sealed class RedisSessionCacheTests : SessionCacheSpecification, IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisProcess _here = null!;
    private RedisProcess _there = null!;

    protected override ISessionCache Here => _here.Sessions;

    protected override ISessionCache There => _there.Sessions;

    protected override TimeSpan Trust => RedisProcess.SessionTrust;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartNewAsync();
        _here = await RedisProcess.StartAsync(_server.Endpoint);
        _there = await RedisProcess.StartAsync(_server.Endpoint);
        await UntilUpAsync(true);
    }

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_end_whose_news_was_lost_is_told_by_the_backplane_all_the_same()
    {
        var session = NewSession();
        var told = new ConcurrentQueue<GlobalNews>();
        using var subscription = await _there.Backplane.SubscribeAsync(told.Enqueue);

        // Whoever ends a session publishes it too; here nobody does.
        await Here.EndAsync(User, session);
        await Wait.Until(() => told.Contains(new SessionRevoked(User, session)), () => "word of the end");
        (await There.FindAsync(session)).Knowledge.ShouldBe(SessionKnowledge.Ended);
    }

    [Fact]
    public async Task Many_ends_at_once_are_all_told()
    {
        var sessions = Enumerable.Range(0, 2500).Select(_ => NewSession()).ToList();
        var told = new ConcurrentDictionary<SessionId, int>();
        using var subscription = await _there.Backplane.SubscribeAsync(news => told.AddOrUpdate(((SessionRevoked)news).SessionId, 1, (_, n) => n + 1));
        await Parallel.ForEachAsync(sessions, async (session, _) => await Here.EndAsync(User, session));
        await Wait.Until(() => sessions.TrueForAll(told.ContainsKey), () => $"word of {sessions.Count(session => !told.ContainsKey(session))} ends");
    }

    [Fact]
    public async Task An_end_that_could_not_be_recorded_is_recorded_later_and_what_stood_there_is_not_believed()
    {
        var session = NewSession();
        await RememberAsync(There, session);
        await RememberAsync(Here, session);
        _server.Freeze();
        await UntilUpAsync(false);
        await Here.EndAsync(User, session);
        (await Here.FindAsync(session)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
        _server.Thaw();
        await UntilUpAsync(true);

        // The entry in Redis may well be alive still.
        (await There.FindAsync(session)).Knowledge.ShouldNotBe(SessionKnowledge.Live);
        (await Here.FindAsync(session)).Knowledge.ShouldNotBe(SessionKnowledge.Live);
        await Wait.Until(async () => (await There.FindAsync(session)).Knowledge is SessionKnowledge.Ended, () => "record of the end");
    }

    [Fact]
    public async Task When_the_server_lost_its_data_nobody_believes_what_they_remember()
    {
        var session = NewSession();
        await RememberAsync(There, session);
        await using var control = await RedisControl.ConnectAsync(_server);
        await Wait.Until(async () => await control.Database.KeyExistsAsync("chat:sessions:life"), () => "first look of a process");
        var looked = await control.TimeAsync() + TimeSpan.FromSeconds(1.2);
        await Wait.Until(async () => await control.TimeAsync() > looked, () => "second look");
        await RememberAsync(There, session);
        await control.EmptyAsync();
        await Wait.Until(async () => (await There.FindAsync(session)).Knowledge is SessionKnowledge.Unknown, () => "forgetting");
    }

    [Fact]
    public async Task While_the_server_is_away_a_process_remembers_by_itself()
    {
        await _server.KillAsync();
        await UntilUpAsync(false);
        var session = NewSession();
        await RememberAsync(Here, session);
        (await Here.FindAsync(session)).Knowledge.ShouldBe(SessionKnowledge.Live);
        (await There.FindAsync(session)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
        await Here.EndAsync(User, session);
        (await Here.FindAsync(session)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
    }

    protected override async Task PassAsync(TimeSpan time)
    {
        await using var control = await RedisControl.ConnectAsync(_server);
        var end = await control.TimeAsync() + time;
        await Wait.Until(async () => await control.TimeAsync() >= end, () => $"passing of {time}");
    }

    private async Task UntilUpAsync(bool up)
    {
        await _here.UntilAsync(up, 0);
        await _there.UntilAsync(up, 0);
    }
}
