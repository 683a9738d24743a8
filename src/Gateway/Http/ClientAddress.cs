using System.Net;
using System.Net.Sockets;

namespace Chat.Gateway.Http;

/// <summary>What stands for a client's address in limits.</summary>
internal static class ClientAddress
{
    /// <summary>The address; for IPv6 the /64 network, since one subscriber has all of its addresses.</summary>
    public static string KeyOf(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
        {
            return "none";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes).ToString();
    }
}
