using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Cli.Tests.Support;

/// <summary>A server that answers every request with the same, were it nonsense or worse.</summary>
internal sealed class OddServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public OddServer(int status, string contentType, string body)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync(status, contentType, Encoding.UTF8.GetBytes(body));
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await Wait.For(_serving, "end of the server");
    }

    private async Task ServeAsync(int status, string contentType, byte[] body)
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                context.Response.StatusCode = status;
                context.Response.ContentType = contentType;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (Exception ex) when (ex is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
