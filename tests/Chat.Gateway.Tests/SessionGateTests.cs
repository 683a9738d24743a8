using Chat.Abstractions;
using Chat.Backplane.Local;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.State.Local;
using Chat.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Tests;

public sealed class SessionGateTests : IDisposable
{
    private static readonly UserId User = new(7);

    private readonly ManualTimeProvider _clock = new();
    private readonly SlowSessions _sessions = new();
    private readonly LocalBackplane _backplane = new(NullLogger<LocalBackplane>.Instance);
    private readonly SessionGate _gate;

    public SessionGateTests()
    {
        var options = new AuthOptions { SessionRecheck = TimeSpan.FromSeconds(30) };
        _gate = new SessionGate(
            _sessions, new LocalSessionCache(new SessionCacheLimits(10, TimeSpan.FromHours(1)), _clock), _backplane, Options.Create(options), _clock);
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task The_store_is_asked_once_in_a_while()
    {
        (await _gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue();
        (await _gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue();
        _sessions.Asked.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(30));
        (await _gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue();
        _sessions.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Another_users_session_is_never_live_for_one()
    {
        (await _gate.IsLiveAsync(new UserId(8), new SessionId(1), default)).ShouldBeFalse();
        (await _gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue();
        (await _gate.IsLiveAsync(new UserId(8), new SessionId(1), default)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_that_ends_while_the_store_is_read_is_not_remembered_as_live()
    {
        await _gate.StartAsync(default);
        _sessions.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = _gate.IsLiveAsync(User, new SessionId(1), default).AsTask();
        _backplane.Publish(new SessionRevoked(User, new SessionId(1)));
        _sessions.Gate.SetResult();
        await asking.Within("the answer of the store");

        _sessions.Ended.Add(new SessionId(1));
        (await _gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeFalse();
    }

    [Fact]
    public async Task When_a_way_of_the_backplane_is_back_nothing_from_before_is_believed()
    {
        var backplane = new OutageBackplane();
        var cache = new LocalSessionCache(new SessionCacheLimits(10, TimeSpan.FromHours(1)), _clock);
        using var gate = new SessionGate(_sessions, cache, backplane, Options.Create(new AuthOptions()), _clock);
        await gate.StartAsync(default);
        (await gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue();
        _sessions.Ended.Add(new SessionId(1));

        backplane.Tell(new BackplaneOutage(0, 1, IsOver: false));
        (await gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeTrue("the outage by itself is no reason to ask the store for everybody");
        backplane.Tell(new BackplaneOutage(0, 1, IsOver: true));
        (await gate.IsLiveAsync(User, new SessionId(1), default)).ShouldBeFalse();
    }

    private sealed class OutageBackplane : IBackplane
    {
        private readonly LocalBackplane _local = new(NullLogger<LocalBackplane>.Instance);
        private Action<BackplaneOutage> _handlers = _ => { };

        public bool SpansProcesses => true;

        public void Tell(BackplaneOutage outage) => _handlers(outage);

        public void Publish(RoomId room, RoomNews news) => _local.Publish(room, news);

        public void Publish(UserId user, UserNews news) => _local.Publish(user, news);

        public void Publish(GlobalNews news) => _local.Publish(news);

        public ValueTask<IDisposable> SubscribeAsync(RoomId room, Action<RoomNews> handler) => _local.SubscribeAsync(room, handler);

        public ValueTask<IDisposable> SubscribeAsync(UserId user, Action<UserNews> handler) => _local.SubscribeAsync(user, handler);

        public ValueTask<IDisposable> SubscribeAsync(Action<GlobalNews> handler) => _local.SubscribeAsync(handler);

        public IDisposable OnOutage(Action<BackplaneOutage> handler)
        {
            _handlers += handler;
            return _local.OnOutage(handler);
        }
    }

    /// <summary>Every session is the user's and live until it is said to have ended.</summary>
    private sealed class SlowSessions : ISessionStore
    {
        public int Asked { get; private set; }

        public HashSet<SessionId> Ended { get; } = [];

        public TaskCompletionSource? Gate { get; set; }

        public async Task<SessionRecord?> FindAsync(SessionId session, DateTimeOffset now, CancellationToken cancellationToken = default)
        {
            Asked++;
            var record = Ended.Contains(session)
                ? null
                : new SessionRecord { Id = session, UserId = User, Device = "x", RefreshHash = [], CreatedAt = now, RefreshedAt = now, ExpiresAt = now };
            if (Gate is { } gate)
            {
                await gate.Task;
            }

            return record;
        }

        public Task OpenAsync(SessionRecord session, CancellationToken cancellationToken = default) => throw new InvalidOperationException();

        public Task<RotateOutcome> RotateAsync(
            SessionId session, byte[] presentedHash, byte[] nextHash, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException();

        public Task<IReadOnlyList<SessionRecord>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException();

        public Task<bool> RevokeAsync(UserId user, SessionId session, CancellationToken cancellationToken = default) => throw new InvalidOperationException();

        public Task<int> DropExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException();
    }
}
