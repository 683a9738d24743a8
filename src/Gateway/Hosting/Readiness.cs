using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;

namespace Chat.Gateway.Hosting;

/// <summary>Whether this process should get traffic: it makes ids, its store answers, and it is not about to stop. Thread safe.</summary>
internal sealed class Readiness(IIdSource ids, IOutbox outbox, IEnumerable<IHealthPart> parts, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile bool _stopping;

    /// <summary>Whether the process is about to stop.</summary>
    public bool IsStopping => _stopping;

    /// <summary>Turns traffic away from now on.</summary>
    public void Stop() => _stopping = true;

    /// <summary>What is away without which the process still serves, a sentence each.</summary>
    public IEnumerable<string> Degraded => parts.Select(part => part.Degraded).OfType<string>();

    /// <summary>Why it should get no traffic; null when it should.</summary>
    public async Task<Refusal?> CheckAsync(CancellationToken cancellationToken)
    {
        if (_stopping)
        {
            return new Refusal(ErrorCode.ServerStopping, "The server is about to stop.");
        }

        try
        {
            _ = ids.Next();
            await outbox.ReadAsync(0, 1, cancellationToken).WaitAsync(Patience, time, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            return FaultEdge.ToRefusal(e);
        }
    }
}

/// <summary>/health: for whoever starts, watches and balances servers.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("health").AllowAnonymous();
        health.MapGet("/live", () => TypedResults.Text("live"));
        health.MapGet("/ready", async Task<IResult> (Readiness readiness, CancellationToken cancellationToken) =>
                await readiness.CheckAsync(cancellationToken) is { } refusal ? new Done(refusal)
                : readiness.Degraded.ToList() is { Count: > 0 } degraded ? TypedResults.Text($"degraded\n{string.Join('\n', degraded)}")
                : TypedResults.Text("ready"))
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/plain"]))
            .Refuses(ErrorCode.ServerStopping, ErrorCode.StorageUnavailable);
    }
}
