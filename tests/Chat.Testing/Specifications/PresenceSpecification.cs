using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing.Specifications;

/// <summary>What every presence does, seen from two processes (one and the same, where there are no others).</summary>
public abstract class PresenceSpecification
{
    protected static readonly DateTimeOffset Seen = new(2026, 11, 21, 3, 0, 0, 123, TimeSpan.Zero);

    private static long _next = Random.Shared.NextInt64(1, 1L << 60);

    /// <summary>The process that the users are in.</summary>
    protected abstract IPresence Here { get; }

    /// <summary>The process that watches.</summary>
    protected abstract IPresence There { get; }

    protected static UserId NewUser() => new(Interlocked.Increment(ref _next));

    protected static PresenceInfo Online(UserId user) => new(user, PresenceState.Online, null);

    protected static PresenceInfo Away(UserId user) => new(user, PresenceState.Away, null);

    protected static PresenceInfo Offline(UserId user) => new(user, PresenceState.Offline, Seen);

    [Fact]
    public async Task A_user_whom_nobody_told_of_is_offline()
    {
        var user = NewUser();
        (await There.WatchAsync([user])).ShouldBe([new PresenceInfo(user, PresenceState.Offline, null)]);
    }

    [Fact]
    public async Task Who_watches_hears_of_every_state_that_lasts()
    {
        var user = NewUser();
        using var heard = new Heard(There);
        await There.WatchAsync([user]);
        foreach (var state in new[] { Online(user), Away(user), Online(user), Offline(user), Online(user) })
        {
            Here.Tell(state);
            await heard.UntilAsync(state);
        }
    }

    [Fact]
    public async Task Who_watches_later_is_answered_how_they_are()
    {
        var (online, away, offline) = (NewUser(), NewUser(), NewUser());
        using var heard = new Heard(There);
        await There.WatchAsync([online, away, offline]);
        Here.Tell(Online(online));
        Here.Tell(Away(away));
        Here.Tell(Online(offline));
        await heard.UntilAsync(Online(online));
        await heard.UntilAsync(Away(away));
        await heard.UntilAsync(Online(offline));
        Here.Tell(Offline(offline));
        await heard.UntilAsync(Offline(offline));
        There.Unwatch([online, away, offline]);
        (await There.WatchAsync([offline, online, away])).ShouldBe([Offline(offline), Online(online), Away(away)]);
        (await Here.WatchAsync([offline, online, away])).ShouldBe([Offline(offline), Online(online), Away(away)]);
    }

    [Fact]
    public async Task Who_watches_no_more_hears_no_more_but_each_watch_counts()
    {
        var (user, marker) = (NewUser(), NewUser());
        using var heard = new Heard(There);
        await There.WatchAsync([user, marker]);
        await There.WatchAsync([user]);
        There.Unwatch([user]);
        Here.Tell(Online(user));
        await heard.UntilAsync(Online(user));
        There.Unwatch([user]);
        Here.Tell(Away(user));
        Here.Tell(Online(marker));
        await heard.UntilAsync(Online(marker));
        heard.All.ShouldNotContain(Away(user));
    }

    [Fact]
    public async Task Hundreds_are_watched_at_once()
    {
        var users = Enumerable.Range(0, 1200).Select(_ => NewUser()).ToList();
        using var heard = new Heard(There);
        users.ForEach(user => Here.Tell(Online(user)));
        (await There.WatchAsync(users)).Select(info => info.UserId).ShouldBe(users);
        await Wait.Until(
            async () =>
            {
                var now = await There.WatchAsync(users);
                There.Unwatch(users);
                return now.All(info => info.State is PresenceState.Online);
            },
            () => "1200 users who are online");
    }

    [Fact]
    public async Task Of_quick_changes_the_last_is_told()
    {
        var users = Enumerable.Range(0, 20).Select(_ => NewUser()).ToList();
        using var heard = new Heard(There);
        await There.WatchAsync(users);
        await Task.WhenAll(users.Select(user => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                Here.Tell(i % 2 == 0 ? Online(user) : Away(user));
            }

            Here.Tell(Offline(user));
            Here.Tell(Online(user));
        })));
        foreach (var user in users)
        {
            await heard.UntilLastAsync(Online(user));
        }
    }

    /// <summary>What one process hears.</summary>
    protected sealed class Heard : IDisposable
    {
        private readonly ConcurrentQueue<PresenceInfo> _all = new();
        private readonly IDisposable _subscription;

        public Heard(IPresence presence) => _subscription = presence.OnChange(_all.Enqueue);

        public IReadOnlyCollection<PresenceInfo> All => _all;

        public Task UntilAsync(PresenceInfo expected) =>
            Wait.Until(() => _all.Contains(expected), () => $"word of {expected}, but of {string.Join("; ", _all.Take(10))}");

        public Task UntilLastAsync(PresenceInfo expected) => Wait.Until(
            () => _all.LastOrDefault(info => info.UserId == expected.UserId) == expected,
            () => $"word at last of {expected}, but of {string.Join("; ", _all.Where(info => info.UserId == expected.UserId).TakeLast(10))}");

        public void Dispose() => _subscription.Dispose();
    }
}
