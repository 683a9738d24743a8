using System.Net;
using System.Net.Http.Headers;

namespace Chat.Client;

/// <summary>
/// Gives each request an access token that is good, and sends it once more with a fresh one when the server refuses the first. Signed out,
/// requests go without a token and the server's refusal comes back.
/// </summary>
internal sealed class SessionHandler(ChatSession session, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var tokens = await session.TokensAsync(cancellationToken);
        var response = await SendAsync(request, tokens, cancellationToken);
        if (response.StatusCode is not HttpStatusCode.Unauthorized || tokens is null)
        {
            return response;
        }

        SessionTokens? next;
        try
        {
            next = await session.RefreshAsync(tokens.AccessToken, cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (next is null)
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, next, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, SessionTokens? tokens, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = tokens is null ? null : new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return base.SendAsync(request, cancellationToken);
    }
}
