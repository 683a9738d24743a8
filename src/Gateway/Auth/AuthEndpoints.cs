using Chat.Contracts;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;
using Chat.Gateway.Limits;

namespace Chat.Gateway.Auth;

/// <summary>/api/auth: sign-in and sessions.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder api)
    {
        var open = api.MapGroup("/auth").WithTags("auth").AllowAnonymous().WithCost(RateKind.SignIn);
        open.MapPost("/register", async (RegisterRequest request, SignIn signIn, CancellationToken cancellationToken) =>
                new Answer<AuthResponse>(await signIn.RegisterAsync(request, cancellationToken), StatusCodes.Status201Created))
            .Answers<AuthResponse>(StatusCodes.Status201Created)
            .Refuses(ErrorCode.UsernameTaken, ErrorCode.UsernameInvalid, ErrorCode.PasswordInvalid, ErrorCode.DisplayNameInvalid);
        open.MapPost("/login", async (LoginRequest request, HttpContext http, SignIn signIn, CancellationToken cancellationToken) =>
                new Answer<AuthResponse>(await signIn.LoginAsync(request, ClientAddress.KeyOf(http), cancellationToken)))
            .Refuses(ErrorCode.AuthInvalid, ErrorCode.ServerBusy);
        open.MapPost("/refresh", async (RefreshRequest request, SignIn signIn, CancellationToken cancellationToken) =>
                new Answer<AuthResponse>(await signIn.RefreshAsync(request, cancellationToken)))
            .Refuses(ErrorCode.AuthInvalid);
        open.MapPost("/logout", async (RefreshRequest request, SignIn signIn) => new Done(await signIn.LogoutAsync(request)));

        var own = api.MapGroup("/auth/sessions").WithTags("auth");
        own.MapGet("", async (Caller caller, SignIn signIn, CancellationToken cancellationToken) =>
            new Answer<Page<SessionInfo>>(await signIn.ListAsync(caller, cancellationToken)));
        own.MapDelete("/{sessionId}", async (string sessionId, Caller caller, SignIn signIn) =>
                IdText.TryParse<SessionId>(sessionId, out var id) && await signIn.EndAsync(caller.UserId, id)
                    ? new Done(null)
                    : ErrorCode.SessionNotFound)
            .Refuses(ErrorCode.SessionNotFound);
    }
}
