using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Auth;

/// <summary>
/// Makes access tokens (tickets under data protection, checked without the store) and refresh tokens (a session id and a secret of which
/// only the hash is kept). Thread safe.
/// </summary>
internal sealed class Tokens(IOptionsMonitor<BearerTokenOptions> bearer, IOptions<AuthOptions> options, TimeProvider time)
{
    private const int SecretBytes = 32;

    /// <summary>How long an access token is good from now on.</summary>
    public TimeSpan AccessTokenLifetime => options.Value.AccessToken;

    /// <summary>An access token for the caller.</summary>
    public string MakeAccessToken(Caller caller)
    {
        const string scheme = BearerTokenDefaults.AuthenticationScheme;
        var properties = new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + options.Value.AccessToken };
        return bearer.Get(scheme).BearerTokenProtector.Protect(new AuthenticationTicket(caller.ToPrincipal(scheme), properties, scheme));
    }

    /// <summary>A new refresh token for a session, with the hash to keep.</summary>
    public static (string Token, byte[] Hash) MakeRefreshToken(SessionId session)
    {
        var token = $"{session}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return (token, Hash(token));
    }

    /// <summary>Reads a refresh token; false when it is not one of ours by its form.</summary>
    public static bool TryReadRefreshToken(string? token, out SessionId session, out byte[] hash)
    {
        session = default;
        hash = [];
        var dot = token?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (token is not { Length: <= 128 } || dot < 0 || !IdText.TryParse(token.AsSpan(0, dot), out session))
        {
            return false;
        }

        hash = Hash(token);
        return true;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
