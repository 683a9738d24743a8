namespace Chat.Gateway.Http;

/// <summary>Tells browsers to run nothing but the page's own code, and to guess no content types.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'";

    // A server is called by one name or two, and hub connections hold their response headers for as long as they live.
    private volatile Named _last = new("", Policy);

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = PolicyFor(http.Request.Host.Value ?? "");
        return next(http);
    }

    private string PolicyFor(string host)
    {
        var last = _last;
        if (last.Host != host)
        {
            _last = last = new Named(host, Policy + SocketSources(host));
        }

        return last.Policy;
    }

    /// <summary>Older browsers do not take 'self' to cover WebSockets (CSP level 3 says so).</summary>
    private static string SocketSources(string host)
    {
        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or ':' or '-' or '[' or ']'))
            {
                return "";
            }
        }

        return host.Length == 0 ? "" : $" ws://{host} wss://{host}";
    }

    private sealed record Named(string Host, string Policy);
}
