using System.Text.Json;
using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests;

/// <summary>A user with a session that a page can take over.</summary>
/// <param name="Username">Unique on the server.</param>
/// <param name="Session">The answer to the sign-up.</param>
/// <param name="Api">REST in that session.</param>
internal sealed record Person(string Username, AuthResponse Session, ChatApi Api)
{
    public const string Password = "correct horse battery";

    public UserId Id => Session.User.UserId;

    /// <summary>Playwright's form of a browser in which this person is signed in.</summary>
    public string SignedIn(Uri origin) => JsonSerializer.Serialize(new
    {
        cookies = Array.Empty<object>(),
        origins = new[]
        {
            new
            {
                origin = origin.GetLeftPart(UriPartial.Authority),
                localStorage = new[] { new { name = "chat.session", value = Kept() } },
            },
        },
    });

    /// <summary>The session as the page keeps it (src/Clients/web/src/chat/session.ts).</summary>
    private string Kept()
    {
        var renewAt = TimeProvider.System.GetUtcNow().AddSeconds(Session.ExpiresIn - 60).ToUnixTimeMilliseconds();
        var user = JsonSerializer.SerializeToElement(Session.User, ChatJson.Options);
        return JsonSerializer.Serialize(new
        {
            user,
            accessToken = Session.AccessToken,
            refreshToken = Session.RefreshToken,
            renewAt,
        });
    }
}
