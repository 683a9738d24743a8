using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Limits;

namespace Chat.Gateway.Http;

/// <summary>Says of an endpoint which limit its calls count against. Without it: those of the user, or of the address of one who has not signed in.</summary>
internal sealed record CallCost(RateKind Kind);

/// <summary>Counts calls against the limits, before anything is read or looked up for them.</summary>
internal sealed class CallLimits(RequestDelegate next, RateLimits limits)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var decision = await TakeAsync(http);
        await (decision.Allowed ? next(http) : Problems.WriteAsync(http, decision.ToRefusal()));
    }

    private ValueTask<RateDecision> TakeAsync(HttpContext http)
    {
        var cost = http.GetEndpoint()?.Metadata.GetMetadata<CallCost>();
        return cost is { Kind: RateKind.SignIn or RateKind.Connect } ? limits.TakeAsync(cost.Kind, ClientAddress.KeyOf(http))
            : Caller.Of(http.User) is { } caller
                ? limits.TakeAsync(cost?.Kind ?? RateKind.Call, caller.UserId.Value.ToString(CultureInfo.InvariantCulture))
            : limits.TakeAsync(RateKind.Anonymous, ClientAddress.KeyOf(http));
    }
}

/// <summary>What endpoints say about themselves.</summary>
internal static class EndpointFacts
{
    /// <summary>Counts the calls against that limit.</summary>
    public static TBuilder WithCost<TBuilder>(this TBuilder builder, RateKind kind)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new CallCost(kind));

    /// <summary>Says for OpenAPI what a success with another status than 200 gives.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder builder, int status) =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(T), ["application/json"]));

    /// <summary>Says for OpenAPI which refusals are particular to the call.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder builder, params ErrorCode[] codes) =>
        builder.WithMetadata(new Refusals(codes));
}

/// <summary>The refusals that are particular to an endpoint.</summary>
internal sealed record Refusals(IReadOnlyList<ErrorCode> Codes);
