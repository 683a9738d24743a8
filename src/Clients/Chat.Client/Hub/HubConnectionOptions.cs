using System.Net.WebSockets;

namespace Chat.Client;

/// <summary>Where and how a <see cref="HubConnection"/> connects.</summary>
public sealed class HubConnectionOptions
{
    /// <summary>The server's address, as <c>http://host:port/</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>The access token. It travels in the query of the WebSocket request, as browsers' clients send it.</summary>
    public required string AccessToken { get; init; }

    /// <summary>How often the client says that it is there. The server closes connections that are silent for twice its own interval.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A server silent for so long is taken for gone.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting, the handshake included, may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Largest message taken from the server, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The clock of the intervals above.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Sets further headers, proxies or certificates of the WebSocket request.</summary>
    public Action<ClientWebSocketOptions>? ConfigureSocket { get; init; }

    /// <summary>Sends the WebSocket request; shared between many connections it saves each a handler of its own.</summary>
    public HttpMessageInvoker? Invoker { get; init; }
}
