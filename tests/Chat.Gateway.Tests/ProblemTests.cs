using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Chat.Testing;

namespace Chat.Gateway.Tests;

/// <summary>Whatever is wrong with a request, the answer is a problem with a code.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private SignedIn _user = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _user = await _host.RegisterAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api", 404, "request.not_found")]
    [InlineData("GET", "/api/nothing", 404, "request.not_found")]
    [InlineData("GET", "/api/rooms/1/nothing", 404, "request.not_found")]
    [InlineData("GET", "/hubs/nothing", 404, "request.not_found")]
    [InlineData("PUT", "/api/rooms", 405, "request.method_invalid")]
    [InlineData("DELETE", "/api/auth/login", 405, "request.method_invalid")]
    public async Task An_address_or_method_that_is_not_there(string method, string path, int status, string code) =>
        (await _host.SendAsync(new HttpMethod(method), path, token: _user.Token)).ShouldBeProblem(status, code);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"username\":1}")]
    [InlineData("{\"username\":\"\\ud800\",\"password\":\"x\"}")]
    public async Task A_body_that_is_not_what_the_call_takes(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        (await Reply.ReadAsync(await _host.Client.PostAsync("/api/auth/login", content))).ShouldBeProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8()
    {
        using var content = new ByteArrayContent([.. "{\"username\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await Reply.ReadAsync(await _host.Client.PostAsync("/api/auth/login", content))).ShouldBeProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_body_that_is_not_declared_as_JSON()
    {
        using var content = new StringContent("username=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        (await Reply.ReadAsync(await _host.Client.PostAsync("/api/auth/login", content))).ShouldBeProblem(415, "request.media_type_invalid");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large(bool chunked)
    {
        using var content = new StringContent($"{{\"username\":\"{new string('x', 300_000)}\"}}", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/login") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        (await Reply.ReadAsync(await _host.Client.SendAsync(request))).ShouldBeProblem(413, "request.too_large");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic abc")]
    [InlineData("Bearer")]
    [InlineData("Bearer nonsense")]
    public async Task A_call_without_a_valid_token(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization).ShouldBeTrue();
        }

        var reply = await Reply.ReadAsync(await _host.Client.SendAsync(request));
        reply.ShouldBeProblem(401, "auth.invalid");
        reply.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_so_and_recovers()
    {
        _host.Store.Unavailable = true;
        var reply = await _host.PostAsync("/api/rooms", new { kind = "public", name = "x" }, _user.Token);
        reply.ShouldBeProblem(503, "storage.unavailable");
        reply.Headers.RetryAfter.ShouldNotBeNull();
        (await _host.PostAsync("/api/auth/login", new { username = "someone", password = "12345678" })).ShouldBeProblem(503, "storage.unavailable");
        (await _host.GetAsync("/health/ready")).ShouldBeProblem(503, "storage.unavailable");
        (await _host.GetAsync("/health/live")).Status.ShouldBe(200);

        _host.Store.Unavailable = false;
        (await _host.PostAsync("/api/rooms", new { kind = "public", name = "x" }, _user.Token)).Status.ShouldBe(201);
        (await _host.GetAsync("/health/ready")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_fault_of_ours_is_told_without_its_words_and_logged_once()
    {
        _host.Store.BeforeCommit = _ => throw new InvalidOperationException("secret inner words");
        var reply = await _host.PostAsync("/api/rooms", new { kind = "public", name = "x" }, _user.Token);

        reply.ShouldBeProblem(500, "server.internal");
        reply.Text.ShouldNotContain("secret inner words");
        _host.Logs.Lines.Count(line => line.StartsWith("Error Chat.Gateway.Faults.FaultEdge", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Answers_tell_browsers_to_guess_nothing_and_to_run_nothing_foreign()
    {
        using var response = await _host.Client.GetAsync("/api/users/me");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain($"ws://{_host.Address.Authority}");
        policy.ShouldNotContain("unsafe");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task Bytes_that_are_no_HTTP_harm_nobody()
    {
        foreach (var garbage in new[] { "\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(_host.Address.Host, _host.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(garbage));
            using var reader = new StreamReader(socket.GetStream());
            (await reader.ReadToEndAsync().Within("the end of a connection that sent garbage")).ShouldStartWith("HTTP/1.1 ");
        }

        (await _host.GetAsync("/api/users/me", _user.Token)).Status.ShouldBe(200);
    }
}
