using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing.Specifications;

/// <summary>What every session cache does, seen from two processes (one and the same, where there are no others).</summary>
public abstract class SessionCacheSpecification
{
    protected static readonly UserId User = new(7);

    private static long _next = Random.Shared.NextInt64(1, 1L << 60);

    protected abstract ISessionCache Here { get; }

    protected abstract ISessionCache There { get; }

    /// <summary>What both believe at the longest.</summary>
    protected abstract TimeSpan Trust { get; }

    /// <summary>Lets that much time go by, on every clock that counts.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    protected static SessionId NewSession() => new(Interlocked.Increment(ref _next));

    [Fact]
    public async Task Of_a_session_that_nobody_asked_for_nothing_is_known() =>
        (await There.FindAsync(NewSession())).Knowledge.ShouldBe(SessionKnowledge.Unknown);

    [Fact]
    public async Task What_the_store_said_is_remembered_for_all()
    {
        var session = NewSession();
        await RememberAsync(Here, session);
        foreach (var cache in new[] { Here, There, There })
        {
            var memory = await cache.FindAsync(session);
            memory.Knowledge.ShouldBe(SessionKnowledge.Live);
            memory.User.ShouldBe(User);
        }
    }

    [Fact]
    public async Task A_session_that_ended_is_live_nowhere_soon_and_not_here_from_then_on()
    {
        var session = NewSession();
        await RememberAsync(Here, session);
        await RememberAsync(There, session);
        await Here.EndAsync(User, session);
        (await Here.FindAsync(session)).Knowledge.ShouldNotBe(SessionKnowledge.Live);
        await Wait.Until(
            async () => (await There.FindAsync(session)).Knowledge is not SessionKnowledge.Live, () => "end of the session", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_session_that_ends_while_the_store_is_read_is_not_remembered_as_live()
    {
        var session = NewSession();
        var asked = await There.FindAsync(session);
        await Here.EndAsync(User, session);
        await There.RememberAsync(session, User, Trust, asked.Mark);
        (await There.FindAsync(session)).Knowledge.ShouldNotBe(SessionKnowledge.Live);
        (await Here.FindAsync(session)).Knowledge.ShouldNotBe(SessionKnowledge.Live);
    }

    [Fact]
    public async Task Nothing_is_believed_for_longer_than_it_may_be()
    {
        var (brief, full) = (NewSession(), NewSession());
        await Here.RememberAsync(brief, User, Trust / 3, (await Here.FindAsync(brief)).Mark);
        await Here.RememberAsync(full, User, Trust * 100, (await Here.FindAsync(full)).Mark);
        await PassAsync(Trust / 3);
        (await Here.FindAsync(brief)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
        await PassAsync(Trust);
        (await Here.FindAsync(full)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
        (await There.FindAsync(full)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
    }

    protected async Task RememberAsync(ISessionCache cache, SessionId session) =>
        await cache.RememberAsync(session, User, Trust, (await cache.FindAsync(session)).Mark);
}
