using System.Net.Sockets;
using System.Text;
using Chat.Gateway.Auth;
using Chat.Testing;

namespace Chat.Gateway.Tests;

public sealed class QueryTokensTests : IAsyncLifetime
{
    private const string Secret = "s3cr3t-t0ken";

    private GatewayHost _host = null!;

    public async Task InitializeAsync() => _host = await GatewayHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("?access_token=abc", "", "abc")]
    [InlineData("?id=1&access_token=a%2Bb&x=2", "?id=1&x=2", "a+b")]
    [InlineData("?access%5Ftoken=abc&id=1", "?id=1", "abc")]
    [InlineData("?%61ccess_token=abc", "", "abc")]
    [InlineData("?ACCESS_TOKEN=abc", "", "abc")]
    [InlineData("?access_token=abc&access_token=def", "", "abc")]
    [InlineData("?access_token", "", null)]
    [InlineData("?access_token=", "", "")]
    public void Every_spelling_of_the_token_is_taken_out(string query, string rest, string? token) =>
        QueryTokens.Take(query).ShouldBe((rest, token, true));

    [Theory]
    [InlineData("?id=1")]
    [InlineData("?my_access_token=1")]
    [InlineData("?q=access_token")]
    [InlineData("?")]
    public void Other_queries_stay_as_they_are(string query) => QueryTokens.Take(query).ShouldBe((query, null, false));

    [Fact]
    public async Task The_hub_takes_a_token_from_the_query_and_REST_does_not()
    {
        var user = await _host.RegisterAsync();
        var token = Uri.EscapeDataString(user.Token);
        (await _host.PostAsync($"/hubs/chat/negotiate?negotiateVersion=1&access_token={token}")).Status.ShouldBe(200);
        (await _host.PostAsync("/hubs/chat/negotiate?negotiateVersion=1")).ShouldBeProblem(401, "auth.invalid");
        (await _host.PostAsync("/hubs/chat/negotiate?negotiateVersion=1&access_token=forged")).ShouldBeProblem(401, "auth.invalid");
        (await _host.GetAsync($"/api/users/me?access_token={token}")).ShouldBeProblem(401, "auth.invalid");
        _host.Logs.Lines.ShouldNotContain(line => line.Contains(user.Token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET /hubs/chat?id=1&access_token={0} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /hubs/chat?access%5ftoken={0} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n")]
    [InlineData("GET /api/users/me?access_token={0} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /nowhere?access_token={0} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://x/hubs/chat?access_token={0} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /hubs/chat?access_token={0} HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /hubs/chat?access_token={0}\r\n\r\n")]
    [InlineData("G@T /hubs/chat?access_token={0} HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /hubs/chat?access_token={0} HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
    [InlineData("POST /hubs/chat/negotiate?access_token={0} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: nope\r\n\r\n")]
    public async Task No_log_ever_holds_the_token_whatever_becomes_of_the_request(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_host.Address.Host, _host.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Format(null, CompositeFormat.Parse(request), Secret)));
        socket.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync().Within("the end of the connection");

        await _host.GetAsync("/health/live");
        _host.Logs.Lines.ShouldContain(line => line.Contains("/health/live", StringComparison.Ordinal));
        _host.Logs.Lines.ShouldNotContain(line => line.Contains(Secret, StringComparison.Ordinal));
    }
}
