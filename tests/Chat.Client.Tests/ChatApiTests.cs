using System.Text;
using Chat.Contracts;
using Microsoft.AspNetCore.Http;

namespace Chat.Client.Tests;

public sealed class ChatApiTests
{
    [Fact]
    public async Task Call_carries_token_path_and_body_and_reads_the_answer()
    {
        var seen = "";
        await using var server = await ScriptedServer.WithRest(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} "
                + $"{context.Request.Headers.Authorization} {context.Request.ContentType} {await body.ReadToEndAsync()}";
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync("""{"roomId":"3","seq":9,"messageId":"4","at":"2026-11-21T03:00:00.123Z","tomorrow":1}""");
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        var ack = await new ChatApi(http).With("t1").SendAsync(new(3), new("c", "é"));

        ack.ShouldBe(new SendAck(new(3), 9, new(4), new(2026, 11, 21, 3, 0, 0, 123, TimeSpan.Zero)));
        seen.ShouldBe("""POST /api/rooms/3/messages Bearer t1 application/json {"clientId":"c","text":"é"}""");
    }

    [Theory]
    [InlineData(429, """{"type":"about:blank","title":"Too many","status":429,"code":"rate.limited","detail":"Wait."}""", "rate.limited", "Wait.", 7)]
    [InlineData(502, "<html>", "server.internal", null, null)]
    [InlineData(404, "", "server.internal", null, null)]
    [InlineData(418, """{"type":"x","title":"t","status":418,"code":"tea.pot"}""", "tea.pot", "t", null)]
    public async Task Errors_are_read_whatever_their_body(int status, string body, string code, string? detail, int? retryAfter)
    {
        await using var server = await ScriptedServer.WithRest(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter?.ToString();
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        var error = await Should.ThrowAsync<ChatApiException>(new ChatApi(http).MeAsync());

        (error.Status, error.Code, error.Detail).ShouldBe((status, code, detail));
        error.RetryAfter.ShouldBe(retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    [Fact]
    public async Task Addresses_and_bodies_are_those_of_the_contract()
    {
        var seen = new List<string>();
        await using var server = await ScriptedServer.WithRest(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {await body.ReadToEndAsync()}".TrimEnd());
            await context.Response.WriteAsync("""{"items":[],"next":null,"events":[],"lastSeq":0,"readSeq":1,"unread":0,"mentions":0}""");
        });
        using var http = new HttpClient { BaseAddress = server.Address };
        var api = new ChatApi(http);
        var room = new RoomId(3);

        await api.MessagesAsync(room, MessageRange.Before(9), limit: 5);
        await api.MessagesAsync(room, MessageRange.Newest);
        await api.MessagesAsync(room, MessageRange.Thread(4, 8));
        await api.MembersAsync(room, next: "a b", limit: 3);
        await api.EventsAsync(room, 0, 200);
        await api.MarkReadAsync(room, 1);
        await api.ReactAsync(room, 2, "👍", on: true);
        await api.ReactAsync(room, 2, "👍", on: false);
        await api.PinAsync(room, 2, on: true);
        await api.MuteAsync(room, new(5), new(2027, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await api.MuteAsync(room, new(5), null);
        await api.ChangeRoleAsync(room, new(5), MemberRole.Admin);
        await api.RemoveMemberAsync(room, new(5), ban: true);
        await api.FindUsersAsync("a&b");

        seen.ShouldBe(
        [
            "GET /api/rooms/3/messages?before=9&limit=5",
            "GET /api/rooms/3/messages",
            "GET /api/rooms/3/messages?thread=4&after=8",
            "GET /api/rooms/3/members?limit=3&cursor=a%20b",
            "GET /api/rooms/3/events?after=0&limit=200",
            """PUT /api/rooms/3/read {"seq":1}""",
            "PUT /api/rooms/3/messages/2/reactions/%F0%9F%91%8D",
            "DELETE /api/rooms/3/messages/2/reactions/%F0%9F%91%8D",
            "PUT /api/rooms/3/pins/2",
            """PATCH /api/rooms/3/members/5 {"mutedUntil":"2027-01-02T03:04:05.000Z"}""",
            """PATCH /api/rooms/3/members/5 {"mutedUntil":null}""",
            """PATCH /api/rooms/3/members/5 {"role":"admin"}""",
            "DELETE /api/rooms/3/members/5?ban=true",
            "GET /api/users?query=a%26b",
        ]);
    }
}
