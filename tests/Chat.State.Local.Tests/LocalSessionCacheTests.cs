using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;
using Chat.Testing.Specifications;

namespace Chat.State.Local.Tests;

public sealed class LocalSessionCacheTests : SessionCacheSpecification
{
    private readonly ManualTimeProvider _clock = new();
    private readonly LocalSessionCache _cache;

    public LocalSessionCacheTests() => _cache = new LocalSessionCache(new SessionCacheLimits(10, TimeSpan.FromSeconds(30)), _clock);

    protected override ISessionCache Here => _cache;

    protected override ISessionCache There => _cache;

    protected override TimeSpan Trust => TimeSpan.FromSeconds(30);

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task It_remembers_a_bounded_number_the_last_one_among_them()
    {
        for (var i = 1; i <= 1000; i++)
        {
            await RememberAsync(_cache, new SessionId(i));
        }

        _cache.Count.ShouldBeLessThanOrEqualTo(10);
        (await _cache.FindAsync(new SessionId(1000))).Knowledge.ShouldBe(SessionKnowledge.Live);
    }

    [Fact]
    public async Task When_all_is_forgotten_nothing_is_known_nor_remembered_from_before()
    {
        var (known, asked) = (NewSession(), NewSession());
        await RememberAsync(_cache, known);
        var mark = (await _cache.FindAsync(asked)).Mark;
        _cache.ForgetAll();
        await _cache.RememberAsync(asked, User, Trust, mark);
        (await _cache.FindAsync(known)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
        (await _cache.FindAsync(asked)).Knowledge.ShouldBe(SessionKnowledge.Unknown);
    }
}
