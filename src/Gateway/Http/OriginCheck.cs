using Chat.Contracts;
using Chat.Gateway.Faults;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Http;

/// <summary>
/// Lets pages of other origins not connect to the hub: WebSockets know no same-origin policy, so the server has to hold it. Clients that are
/// no browsers send no Origin and are let through; they could send any.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, IOptions<GatewayOptions> options)
{
    private readonly HashSet<string> _allowed = new(options.Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext http)
    {
        var origins = http.Request.Headers.Origin;
        return origins.Count == 0 || (origins.Count == 1 && IsAllowed(origins[0] ?? "", http.Request.Host))
            ? next(http)
            : Problems.WriteAsync(http, ErrorCode.OriginForbidden);
    }

    /// <summary>Compares host and port only: behind a proxy that ends TLS the scheme here is not the browser's.</summary>
    private bool IsAllowed(string origin, HostString host)
    {
        if (_allowed.Contains(origin))
        {
            return true;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            && uri.Port == (host.Port ?? (uri.Scheme is "https" ? 443 : 80));
    }
}
