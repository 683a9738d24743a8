using System.Security.Claims;
using Chat.Contracts;
using Chat.Gateway.Faults;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Chat.Gateway.Auth;

/// <summary>Treats a caller whose session ended as one who has not signed in, on every request, hub connects included.</summary>
internal sealed class SessionCheck(RequestDelegate next, SessionGate gate)
{
    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.User.Identity is { IsAuthenticated: true }
            && (Caller.Of(http.User) is not { } caller || !await gate.IsLiveAsync(caller.UserId, caller.SessionId, http.RequestAborted)))
        {
            http.User = Nobody;
        }

        await next(http);
    }
}

/// <summary>Answers what may not be called without signing in with <c>auth.invalid</c>.</summary>
internal sealed class SignInRequired : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.Succeeded ? next(context) : Problems.WriteAsync(context, ErrorCode.AuthInvalid);
}
