using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Chat.Client;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 9 on REST: bad bodies, types, ids, foreign ids, tokens, slow clients. Problem details with a code each, and nobody disturbed.</summary>
public sealed class HostileRestTests(ITestOutputHelper output) : HostileTest(output)
{
    [Fact]
    public async Task Bodies_that_cannot_be_read_are_refused_with_a_code()
    {
        var send = $"api/rooms/{Room}/messages";
        var cases = new (string Name, string Path, byte[] Body, string? Type, int Status, string Code)[]
        {
            ("no body", send, [], "application/json", 400, "request.invalid"),
            ("null", send, Utf8("null"), "application/json", 400, "request.invalid"),
            ("words", send, Utf8("hello"), "application/json", 400, "request.invalid"),
            ("array", send, Utf8("[]"), "application/json", 400, "request.invalid"),
            ("cut off", send, Utf8("{\"clientId\":\"a\",\"te"), "application/json", 400, "request.invalid"),
            ("trailing", send, Utf8("{\"clientId\":\"a\",\"text\":\"b\"} x"), "application/json", 400, "request.invalid"),
            ("wrong type", send, Utf8("{\"clientId\":1,\"text\":\"b\"}"), "application/json", 400, "request.invalid"),
            ("wrong type of text", send, Utf8("{\"clientId\":\"a\",\"text\":{}}"), "application/json", 400, "request.invalid"),
            ("not UTF-8", send, [.. Utf8("{\"clientId\":\"a\",\"text\":\""), 0xFF, 0xC3, 0x28, .. Utf8("\"}")], "application/json", 400, "request.invalid"),
            ("lone surrogate", send, Utf8("{\"clientId\":\"a\",\"text\":\"\\ud800\"}"), "application/json", 400, "request.invalid"),
            ("NUL", send, Utf8("{\"clientId\":\"a\",\"text\":\"a\\u0000\"}"), "application/json", 400, "message.text_invalid"),
            ("deep", send, Utf8(new string('[', 10_000)), "application/json", 400, "request.invalid"),
            ("deep inside", send, Utf8("{\"x\":" + new string('[', 5000) + new string(']', 5000) + "}"), "application/json", 400, "request.invalid"),
            ("too large", send, Utf8("{\"clientId\":\"a\",\"text\":\"" + new string('x', 300_000) + "\"}"), "application/json", 413, "request.too_large"),
            ("text/plain", send, Utf8("{\"clientId\":\"a\",\"text\":\"b\"}"), "text/plain", 415, "request.media_type_invalid"),
            ("form", send, Utf8("clientId=a&text=b"), "application/x-www-form-urlencoded", 415, "request.media_type_invalid"),
            ("no type", send, Utf8("{\"clientId\":\"a\",\"text\":\"b\"}"), null, 415, "request.media_type_invalid"),
            ("unknown kind", "api/rooms", Utf8("{\"kind\":\"secret\",\"name\":\"x\"}"), "application/json", 400, "room.kind_invalid"),
            ("kind of another type", "api/rooms", Utf8("{\"kind\":1,\"name\":\"x\"}"), "application/json", 400, "request.invalid"),
            ("name turned round", "api/rooms", Utf8("{\"kind\":\"public\",\"name\":\"a\\u202Eb\"}"), "application/json", 400, "room.name_invalid"),
            ("name of marks", "api/rooms", Utf8($"{{\"kind\":\"public\",\"name\":\"a{new string('\u0301', 2000)}\"}}"), "application/json", 400, "room.name_invalid"),
            ("member that is no id", "api/rooms", Utf8("{\"kind\":\"public\",\"name\":\"x\",\"memberIds\":[\"me\"]}"), "application/json", 400, "request.invalid"),
            ("unknown member", "api/rooms", Utf8("{\"kind\":\"public\",\"name\":\"x\",\"memberIds\":[\"12345\"]}"), "application/json", 404, "user.not_found"),
            ("too many members", "api/rooms", Utf8($"{{\"kind\":\"public\",\"name\":\"x\",\"memberIds\":[{string.Join(',', Enumerable.Range(1, 101).Select(i => $"\"{i}\""))}]}}"), "application/json", 400, "request.too_many_items"),
        };
        foreach (var (name, path, body, type, status, code) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            await RefusedAsync(request, status, code, name);
        }

        (await User.HistoryAsync(Room)).ShouldBeEmpty();
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Ids_that_are_none_or_others_are_not_found()
    {
        var foreign = Others.Room.ToString();
        var seq = (await User.SayAsync(Room, "mine")).Seq;
        foreach (var id in new[] { "abc", "-1", "0", "01", "1e3", "9223372036854775808", "%F0%9F%98%80", "..%2f..", "123", foreign, long.MaxValue.ToString(CultureInfo.InvariantCulture) })
        {
            foreach (var path in new[] { "", "/messages", "/events", "/pins", "/members" })
            {
                await RefusedAsync(HttpMethod.Get, $"api/rooms/{id}{path}", 404, "room.not_found");
            }

            await RefusedAsync(HttpMethod.Post, $"api/rooms/{id}/join", 404, "room.not_found");
            await RefusedAsync(HttpMethod.Post, $"api/rooms/{id}/leave", 404, "room.not_found");
            await RefusedAsync(HttpMethod.Delete, $"api/rooms/{id}/messages/3", 404, "room.not_found");
            await RefusedAsync(HttpMethod.Put, $"api/rooms/{id}/pins/3", 404, "room.not_found");
            await RefusedAsync(HttpMethod.Delete, $"api/rooms/{id}", 404, "room.not_found");
        }

        foreach (var message in new[] { "abc", "-1", "0", "9223372036854775808", "1", "999" })
        {
            await RefusedAsync(HttpMethod.Delete, $"api/rooms/{Room}/messages/{message}", 404, "message.not_found");
            await RefusedAsync(HttpMethod.Put, $"api/rooms/{Room}/pins/{message}", 404, "message.not_found");
            await RefusedAsync(HttpMethod.Put, $"api/rooms/{Room}/messages/{message}/reactions/%F0%9F%91%8D", 404, "message.not_found");
        }

        foreach (var query in new[] { "before=0", "before=x", "after=-1", "after=1.5", "around=x", "limit=0", "limit=201", "limit=x", "before=1&after=1", "after=99999999999999999999" })
        {
            await RefusedAsync(HttpMethod.Get, $"api/rooms/{Room}/messages?{query}", 400, "request.invalid");
        }

        await RefusedAsync(HttpMethod.Get, "api/rooms?cursor=zzz", 400, "cursor.invalid");
        await RefusedAsync(HttpMethod.Get, $"api/rooms/{Room}/members?cursor=zzz", 400, "cursor.invalid");
        await RefusedAsync(HttpMethod.Get, "api/users/abc", 404, "user.not_found");
        await RefusedAsync(HttpMethod.Put, $"api/rooms/{Room}/messages/{seq}/reactions/nothing", 400, "reaction.invalid");
        await RefusedAsync(HttpMethod.Get, "api/nothing/here", 404, "request.not_found");
        await RefusedAsync(HttpMethod.Delete, "api/users/me", 405, "request.method_invalid");
        await RefusedAsync(HttpMethod.Get, $"api/rooms/{Room}/events?after={new string('9', 3000)}", 400, "request.invalid");
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Sessions_of_others_cannot_be_seen_or_ended()
    {
        var other = await NewUserAsync("other");
        await using var device = await other.OpenAsync();

        await RefusedAsync(HttpMethod.Delete, $"api/auth/sessions/{other.Session}", 404, "session.not_found");
        await RefusedAsync(HttpMethod.Delete, "api/auth/sessions/zzz", 404, "session.not_found");

        (await device.Connection.PingAsync()).Year.ShouldBeGreaterThan(2000);
        (await other.Api.SessionsAsync()).Items.Count.ShouldBe(1);
        (await User.Api.SessionsAsync()).Items.Select(s => s.SessionId).ShouldBe([User.Session]);
    }

    [Fact]
    public async Task Tokens_that_are_forged_garbled_or_of_another_server_are_refused()
    {
        await using var elsewhere = new ServerProcess();
        await elsewhere.StartAsync();
        using var http = new HttpClient { BaseAddress = elsewhere.Address };
        var stranger = await new ChatApi(http).RegisterAsync(new("stranger", TestUser.Password));
        var good = User.AccessToken;

        foreach (var token in new[] { stranger.AccessToken, good[..^3], good[3..], "x", User.RefreshToken, good.ToUpperInvariant(), new string('A', good.Length), $"{good}.{good}" })
        {
            var refused = await Should.ThrowAsync<ChatApiException>(Api.With(token).MeAsync());
            (refused.Status, refused.Code).ShouldBe((401, "auth.invalid"));
        }

        foreach (var token in new[] { stranger.RefreshToken, good, "x", "", User.RefreshToken[..^1], User.RefreshToken + "x" })
        {
            (await Should.ThrowAsync<ChatApiException>(Api.RefreshAsync(token))).Code.ShouldBe("auth.invalid");
        }

        // Only the hub takes tokens from the query.
        using var answer = await Http.GetAsync($"api/users/me?access_token={Uri.EscapeDataString(good)}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Api.RefreshAsync(User.RefreshToken)).User.UserId.ShouldBe(User.Id, "none of this spent the real token");
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Pages_of_other_origins_may_not_connect_to_the_hub()
    {
        foreach (var (origin, taken) in new[] { ("https://evil.example", false), ("null", false), (Server.Address.GetLeftPart(UriPartial.Authority), true) })
        {
            var connecting = HubConnection.ConnectAsync(
                new() { Server = Server.Address, AccessToken = User.AccessToken, ConfigureSocket = o => o.SetRequestHeader("Origin", origin) },
                new SendStorm.Deaf());
            if (taken)
            {
                await using var connection = await connecting;
                (await connection.PingAsync()).Year.ShouldBeGreaterThan(2000);
            }
            else
            {
                (await Should.ThrowAsync<HubConnectionException>(connecting)).Status.ShouldBe(403, origin);
            }
        }
    }

    [Fact]
    public async Task Requests_that_are_not_HTTP_or_never_end_are_closed_and_disturb_nobody()
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
            await SendRawAsync("GET /api/users/me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")));
        var body = await SendRawAsync(
            $"POST /api/rooms/{Room}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {User.AccessToken}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 200000\r\n\r\n{\"clientId\":\"");
        foreach (var garbage in new[]
        {
            "\0\0\0\0\r\n\r\n", "GET /api/rooms/%00 HTTP/1.1\r\nHost: x\r\n\r\n", "HELLO\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /" + new string('a', 20_000) + " HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: y\r\n")) + "\r\n",
            "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n",
        })
        {
            using var client = await SendRawAsync(garbage);
            (await ReadToEndAsync(client)).ShouldMatch(@"^HTTP/1\.1 (4\d\d|505) ", garbage[..Math.Min(garbage.Length, 40)]);
        }

        (await User.SayAsync(Room, "the others go on")).Seq.ShouldBeGreaterThan(0);
        foreach (var client in slow.Append(body))
        {
            // Kestrel gives headers 30 s, and a body a few seconds to come to a decent rate.
            await ReadToEndAsync(client);
            client.Dispose();
        }

        await Others.UndisturbedAsync();
    }

    private async Task<TcpClient> SendRawAsync(string text)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        return client;
    }

    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var all = new MemoryStream();
        try
        {
            await Wait.For(client.GetStream().CopyToAsync(all), "end of a connection that said nothing sensible");
        }
        catch (IOException)
        {
            // Reset: an end as well.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    private Task RefusedAsync(HttpMethod method, string path, int status, string code)
    {
        var request = new HttpRequestMessage(method, new Uri(Server.Address, path));
        return RefusedAsync(request, status, code, $"{method} {path[..Math.Min(path.Length, 100)]}");
    }

    private async Task RefusedAsync(HttpRequestMessage request, int status, string code, string name)
    {
        request.Headers.Authorization = new("Bearer", User.AccessToken);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, $"{name}: {text}");
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", name);
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("code").GetString().ShouldBe(code, $"{name}: {text}");
        problem.RootElement.GetProperty("status").GetInt32().ShouldBe(status, name);
        problem.RootElement.GetProperty("title").GetString().ShouldNotBeNullOrEmpty(name);
        request.Dispose();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
