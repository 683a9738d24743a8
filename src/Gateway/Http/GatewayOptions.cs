using System.Net;

namespace Chat.Gateway.Http;

/// <summary>Settings directly under <c>Chat:</c> that concern the gateway's surroundings.</summary>
public sealed class GatewayOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat";

    /// <summary>User names of administrators: who registers under one of them is one.</summary>
    public IList<string> Admins { get; init; } = [];

    /// <summary>
    /// Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Naming more than the proxies
    /// lets clients choose the address that their limits are counted on; naming none makes all clients behind a proxy share one.
    /// </summary>
    public IList<string> Proxies { get; init; } = [];

    /// <summary>Origins of pages (scheme://host[:port]) that may connect to the hub, beside the gateway's own.</summary>
    public IList<string> AllowedOrigins { get; init; } = [];

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var proxy in Proxies)
        {
            if (!IPNetwork.TryParse(proxy, out _) && !IPAddress.TryParse(proxy, out _))
            {
                yield return $"{Section}:{nameof(Proxies)}: '{proxy}' is neither an address nor a network.";
            }
        }

        foreach (var origin in AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                yield return $"{Section}:{nameof(AllowedOrigins)}: '{origin}' is not of the form scheme://host[:port].";
            }
        }
    }
}
