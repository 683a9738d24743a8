using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Auth;

/// <summary>
/// Says of every call whether its session is still live. Believes for a short time what the store said, and drops it on news that a session
/// ended, or when such news may have been lost. Thread safe.
/// </summary>
internal sealed class SessionGate(ISessionStore sessions, ISessionCache cache, IBackplane backplane, IOptions<AuthOptions> options, TimeProvider time)
    : IHostedService, IDisposable
{
    private readonly TimeSpan _trust = options.Value.SessionRecheck;
    private IDisposable? _subscription;
    private IDisposable? _outages;

    /// <summary>Whether the session is that user's and has neither ended nor expired.</summary>
    /// <exception cref="StoreUnavailableException">It is not remembered, and the store did not answer.</exception>
    public async ValueTask<bool> IsLiveAsync(UserId user, SessionId session, CancellationToken cancellationToken)
    {
        var memory = await cache.FindAsync(session);
        if (memory.Knowledge is not SessionKnowledge.Unknown)
        {
            return memory.Knowledge is SessionKnowledge.Live && memory.User == user;
        }

        var found = await sessions.FindAsync(session, time.GetUtcNow(), cancellationToken);
        if (found is null)
        {
            return false;
        }

        await cache.RememberAsync(session, found.UserId, _trust, memory.Mark);
        return found.UserId == user;
    }

    /// <summary>A session ended, and the store knows.</summary>
    public ValueTask EndAsync(UserId user, SessionId session) => cache.EndAsync(user, session);

    /// <summary>A session is known to have ended.</summary>
    public void Forget(SessionId session) => cache.Forget(session);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = await backplane.SubscribeAsync(news =>
        {
            if (news is SessionRevoked revoked)
            {
                Forget(revoked.SessionId);
            }
        });
        _outages = backplane.OnOutage(outage =>
        {
            if (outage.IsOver)
            {
                cache.ForgetAll();
            }
        });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _subscription?.Dispose();
        _outages?.Dispose();
    }
}
