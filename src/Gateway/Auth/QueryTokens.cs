using Microsoft.AspNetCore.Http.Features;

namespace Chat.Gateway.Auth;

/// <summary>The access token that stood in the query string, where browsers put it for WebSockets.</summary>
/// <param name="Token">The token; null when there was none.</param>
internal sealed record QueryToken(string? Token);

/// <summary>
/// Takes <c>access_token</c> out of the request before anything else sees it: the host logs and traces the query string before the first
/// middleware runs, so this sits where the request becomes a context.
/// </summary>
internal sealed class QueryTokens(IServiceProvider services) : IHttpContextFactory
{
    private const string Name = "access_token";

    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { QueryString.Length: > 1 } request)
        {
            var (query, token, found) = Take(request.QueryString);
            if (found)
            {
                request.QueryString = query;
                if (request.RawTarget.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
                {
                    request.RawTarget = request.RawTarget[..mark] + query;
                }

                featureCollection.Set(new QueryToken(token));
            }
        }

        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _inner.Dispose(httpContext);

    /// <summary>The query string without its tokens, and the first of them, decoded.</summary>
    internal static (string Query, string? Token, bool Found) Take(string query)
    {
        // No pair can hold the name, however it is encoded, without an underscore or an escape.
        if (!query.Contains('_', StringComparison.Ordinal) && !query.Contains('%', StringComparison.Ordinal))
        {
            return (query, null, false);
        }

        string? token = null;
        var found = false;
        var kept = new List<string>();
        foreach (var pair in query.TrimStart('?').Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            if (Decode(name).Equals(Name, StringComparison.OrdinalIgnoreCase))
            {
                found = true;
                token ??= equals < 0 ? null : Decode(pair[(equals + 1)..]);
            }
            else
            {
                kept.Add(pair);
            }
        }

        return found ? (kept.Count == 0 ? "" : "?" + string.Join('&', kept), token, true) : (query, null, false);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
