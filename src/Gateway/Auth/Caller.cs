using System.Globalization;
using System.Security.Claims;
using Chat.Contracts;

namespace Chat.Gateway.Auth;

/// <summary>Who calls: taken from the access token, never from a payload.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session that the token belongs to.</param>
internal readonly record struct Caller(UserId UserId, SessionId SessionId)
{
    /// <summary>Claim with the user id.</summary>
    public const string UserClaim = "sub";

    /// <summary>Claim with the session id.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The caller of an authenticated request; null when the principal has not signed in.</summary>
    public static Caller? Of(ClaimsPrincipal? principal) =>
        principal?.Identity is { IsAuthenticated: true }
        && IdText.TryParse<UserId>(principal.FindFirstValue(UserClaim), out var user)
        && IdText.TryParse<SessionId>(principal.FindFirstValue(SessionClaim), out var session)
            ? new Caller(user, session)
            : null;

    /// <summary>Gives the caller to endpoints that ask for one; they all require sign-in.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext http) =>
        new(Of(http.User) ?? throw new InvalidOperationException("An endpoint that takes a caller must require sign-in."));

    /// <summary>The principal of a token.</summary>
    public ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [
            new Claim(UserClaim, UserId.Value.ToString(CultureInfo.InvariantCulture)),
            new Claim(SessionClaim, SessionId.Value.ToString(CultureInfo.InvariantCulture)),
        ],
        scheme,
        UserClaim,
        roleType: null));
}
