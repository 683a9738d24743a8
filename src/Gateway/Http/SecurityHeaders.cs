namespace Chat.Gateway.Http;

/// <summary>Tells browsers to run nothing but the page's own code, and to guess no content types.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = Policy + SocketSources(http.Request.Host);
        return next(http);
    }

    /// <summary>Older browsers do not take 'self' to cover WebSockets (CSP level 3 says so).</summary>
    private static string SocketSources(HostString host)
    {
        var value = host.Value ?? "";
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or ':' or '-' or '[' or ']'))
            {
                return "";
            }
        }

        return value.Length == 0 ? "" : $" ws://{value} wss://{value}";
    }
}
