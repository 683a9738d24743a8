using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="ISessionStore"/> promises: a refresh token is good once.</summary>
public abstract class SessionStoreSpecification : StoreSpecification
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    [Fact]
    public async Task A_session_comes_back_until_it_expires()
    {
        var session = await OpenSessionAsync();

        ShouldLookLike(await Store.Sessions.FindAsync(session.Id, Start), session);
        (await Store.Sessions.FindAsync(session.Id, session.ExpiresAt.AddMilliseconds(-1))).ShouldNotBeNull();
        (await Store.Sessions.FindAsync(session.Id, session.ExpiresAt)).ShouldBeNull();
        (await Store.Sessions.FindAsync(new SessionId(NextId()), Start)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_is_exchanged_for_the_next()
    {
        var session = await OpenSessionAsync();
        var later = Start.AddDays(1);

        var outcome = await Store.Sessions.RotateAsync(session.Id, Hash(1), Hash(2), later, later + Life);

        var next = session with { RefreshHash = Hash(2), RefreshedAt = later, ExpiresAt = later + Life };
        outcome.Status.ShouldBe(RotateStatus.Rotated);
        ShouldLookLike(outcome.Session, next);
        ShouldLookLike(await Store.Sessions.FindAsync(session.Id, later), next);
        (await Store.Sessions.RotateAsync(session.Id, Hash(2), Hash(3), later, later + Life)).Status.ShouldBe(RotateStatus.Rotated);
    }

    [Fact]
    public async Task A_token_used_again_is_told_and_changes_nothing()
    {
        var session = await OpenSessionAsync();
        await Store.Sessions.RotateAsync(session.Id, Hash(1), Hash(2), Start, Start + Life);

        var again = await Store.Sessions.RotateAsync(session.Id, Hash(1), Hash(9), Start, Start + Life);

        (again.Status, again.Session!.Id).ShouldBe((RotateStatus.Reused, session.Id));
        (await Store.Sessions.RotateAsync(session.Id, Hash(2), Hash(3), Start, Start + Life)).Status.ShouldBe(RotateStatus.Rotated);
        (await Store.Sessions.RotateAsync(session.Id, Hash(9), Hash(4), Start, Start + Life)).Status.ShouldBe(RotateStatus.Unknown);
    }

    [Fact]
    public async Task Tokens_of_nobody_of_ended_sessions_and_of_other_sessions_are_unknown()
    {
        var (session, other) = (await OpenSessionAsync(), await OpenSessionAsync(hash: 5));

        foreach (var (id, hash, now) in new[]
        {
            (session.Id, 7, Start), (session.Id, 5, Start), (new SessionId(NextId()), 1, Start), (session.Id, 1, session.ExpiresAt),
        })
        {
            (await Store.Sessions.RotateAsync(id, Hash(hash), Hash(8), now, now + Life)).ShouldBe(new RotateOutcome(RotateStatus.Unknown, null));
        }

        (await Store.Sessions.RotateAsync(other.Id, Hash(5), Hash(6), Start, Start + Life)).Status.ShouldBe(RotateStatus.Rotated);
    }

    [Fact]
    public async Task Of_many_who_use_one_token_at_once_one_gets_the_next()
    {
        var session = await OpenSessionAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(10, 20).Select(i => Task.Run(() =>
            Store.Sessions.RotateAsync(session.Id, Hash(1), Hash(i), Start, Start + Life))));

        outcomes.Count(o => o.Status is RotateStatus.Rotated).ShouldBe(1);
        outcomes.Count(o => o.Status is RotateStatus.Reused).ShouldBe(19);
    }

    [Fact]
    public async Task A_users_live_sessions_come_with_the_last_refreshed_first()
    {
        var user = NewUser();
        var (first, second, ended) = (await OpenSessionAsync(user), await OpenSessionAsync(user), await OpenSessionAsync(user, life: TimeSpan.FromDays(1)));
        await OpenSessionAsync();
        await Store.Sessions.RotateAsync(first.Id, Hash(1), Hash(2), Start.AddHours(1), Start + Life);

        (await Store.Sessions.ListAsync(user, Start.AddDays(2))).Select(s => s.Id).ShouldBe([first.Id, second.Id]);
        (await Store.Sessions.ListAsync(user, Start)).Select(s => s.Id).ShouldContain(ended.Id);
    }

    [Fact]
    public async Task A_revoked_session_is_gone()
    {
        var session = await OpenSessionAsync();

        (await Store.Sessions.RevokeAsync(NewUser(), session.Id)).ShouldBeFalse();
        (await Store.Sessions.RevokeAsync(session.UserId, session.Id)).ShouldBeTrue();
        (await Store.Sessions.RevokeAsync(session.UserId, session.Id)).ShouldBeFalse();

        (await Store.Sessions.FindAsync(session.Id, Start)).ShouldBeNull();
        (await Store.Sessions.RotateAsync(session.Id, Hash(1), Hash(2), Start, Start + Life)).Status.ShouldBe(RotateStatus.Unknown);
        (await Store.Sessions.ListAsync(session.UserId, Start)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_many_sessions_those_that_still_live_are_told_at_once()
    {
        var (live, expired, revoked) = (await OpenSessionAsync(), await OpenSessionAsync(life: TimeSpan.FromDays(1)), await OpenSessionAsync());
        await Store.Sessions.RevokeAsync(revoked.UserId, revoked.Id);
        var now = Start.AddDays(1);

        (await Store.Sessions.FindLiveAsync([revoked.Id, live.Id, new SessionId(NextId()), expired.Id], now)).ShouldBe([live.Id]);
        (await Store.Sessions.FindLiveAsync([], now)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ended_sessions_are_dropped_no_more_than_asked_for()
    {
        var long_ago = Start.AddDays(-3000);
        var user = NewUser();
        for (var i = 0; i < 3; i++)
        {
            await OpenSessionAsync(user, life: TimeSpan.FromDays(i), at: long_ago);
        }

        (await Store.Sessions.DropExpiredAsync(long_ago.AddDays(2), 1)).ShouldBe(1);
        (await Store.Sessions.DropExpiredAsync(long_ago.AddDays(2), 10)).ShouldBe(1);
        (await Store.Sessions.DropExpiredAsync(long_ago.AddDays(2), 10)).ShouldBe(0);
        (await Store.Sessions.ListAsync(user, long_ago.AddHours(1))).ShouldHaveSingleItem();
    }

    private static byte[] Hash(int value) => [.. Enumerable.Repeat((byte)value, 32)];

    private async Task<SessionRecord> OpenSessionAsync(UserId? user = null, int hash = 1, TimeSpan? life = null, DateTimeOffset? at = null)
    {
        var now = at ?? Start;
        var of = user ?? NewUser();
        var session = new SessionRecord
        {
            Id = NewSession(of),
            UserId = of,
            Device = "Gerät 휴대폰",
            RefreshHash = Hash(hash),
            CreatedAt = now,
            RefreshedAt = now,
            ExpiresAt = now + (life ?? Life),
        };
        await Store.Sessions.OpenAsync(session);
        return session;
    }
}
