using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Storage.MySql.Tests;

/// <summary>Stands before a server and cuts a connection where it hurts.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly Task _accepting;
    private volatile Cut? _next;
    private volatile Task _held = Task.CompletedTask;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts the next connection on which this is sent, before the server gets it; completes when it did.</summary>
    public Task CutBefore(string text) => Next(text, afterAnswer: false);

    /// <summary>Cuts the next connection on which this is sent, after the server has done it and before its answer arrives; completes when it did.</summary>
    public Task CutAfter(string text) => Next(text, afterAnswer: true);

    /// <summary>Lets no new connection through to the server until it is disposed.</summary>
    public IDisposable HoldNewConnections()
    {
        var hold = new Hold();
        _held = hold.Released.Task;
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private Task Next(string text, bool afterAnswer)
    {
        var cut = new Cut(Encoding.UTF8.GetBytes(text), afterAnswer, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _next = cut;
        return cut.Done.Task;
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient();
            try
            {
                await _held;
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                var answers = server.GetStream().CopyToAsync(client.GetStream());
                await RequestsAsync(client, server);
                _ = answers.ContinueWith(static t => t.Exception, TaskScheduler.Default);
            }
            catch (Exception ex) when (ex is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // One of the two went away; so does the other.
            }
        }
    }

    private async Task RequestsAsync(TcpClient client, TcpClient server)
    {
        var buffer = new byte[1 << 20];
        while (await client.GetStream().ReadAsync(buffer) is > 0 and var read)
        {
            var cut = _next;
            if (cut is null || buffer.AsSpan(0, read).IndexOf(cut.Text) < 0 || Interlocked.CompareExchange(ref _next, null, cut) != cut)
            {
                await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                continue;
            }

            if (cut.AfterAnswer)
            {
                // Closing the client's side first loses the answer; the server works on what it got until the end.
                client.Client.Close(0);
                await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                server.Client.Shutdown(SocketShutdown.Send);
            }
            else
            {
                client.Client.Close(0);
            }

            cut.Done.TrySetResult();
            return;
        }
    }

    private sealed class Hold : IDisposable
    {
        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Released.TrySetResult();
    }

    private sealed record Cut(byte[] Text, bool AfterAnswer, TaskCompletionSource Done);
}
