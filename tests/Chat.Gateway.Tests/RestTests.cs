using System.Text.Json.Nodes;

namespace Chat.Gateway.Tests;

/// <summary>The contract's table of REST calls: shapes and statuses, on the real grains.</summary>
public sealed class RestTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private SignedIn _ann = null!;
    private SignedIn _bob = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _ann = await _host.RegisterAsync("ann");
        _bob = await _host.RegisterAsync("bob");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_profile_can_be_read_changed_and_found()
    {
        var changed = await Send(HttpMethod.Patch, "/api/users/me", new { displayName = "Ann Onymous", status = "here" });
        changed.Status.ShouldBe(200, changed.Text);
        changed.String("displayName").ShouldBe("Ann Onymous");
        (await Send(HttpMethod.Get, $"/api/users/{_ann.UserId}", by: _bob)).String("status").ShouldBe("here");
        (await Send(HttpMethod.Get, "/api/users?query=ONY")).Json["items"]![0]!["username"]!.GetValue<string>().ShouldBe("ann");
        (await Send(HttpMethod.Get, "/api/users/1")).ShouldBeProblem(404, "user.not_found");
        (await Send(HttpMethod.Get, "/api/users/xyz")).ShouldBeProblem(404, "user.not_found");
        (await Send(HttpMethod.Patch, "/api/users/me", new { displayName = new string('x', 65) })).ShouldBeProblem(400, "user.display_name_invalid");
    }

    [Fact]
    public async Task Users_are_paged_by_cursor()
    {
        await _host.RegisterAsync("ann2");
        await _host.RegisterAsync("ann3");
        var first = await Send(HttpMethod.Get, "/api/users?query=ann&limit=2");
        first.Json["items"]!.AsArray().Select(user => user!["username"]!.GetValue<string>()).ShouldBe(["ann", "ann2"]);
        var second = await Send(HttpMethod.Get, $"/api/users?query=ann&limit=2&cursor={first.String("next")}");
        second.Json["items"]!.AsArray().Select(user => user!["username"]!.GetValue<string>()).ShouldBe(["ann3"]);
        second.Json.AsObject().ContainsKey("next").ShouldBeTrue();
        second.At("next").ShouldBeNull();
    }

    [Fact]
    public async Task A_room_is_made_found_changed_and_archived()
    {
        var made = await Send(HttpMethod.Post, "/api/rooms", new { kind = "public", name = " Plaza ", topic = "all" });
        made.Status.ShouldBe(201, made.Text);
        made.String("name").ShouldBe("Plaza");
        made.String("role").ShouldBe("owner");
        var room = made.String("roomId");

        (await Send(HttpMethod.Get, "/api/rooms/discover?query=pla", by: _bob)).Json["items"]![0]!["roomId"]!.GetValue<string>().ShouldBe(room);
        (await Send(HttpMethod.Get, $"/api/rooms/{room}", by: _bob)).At("role").ShouldBeNull();
        (await Send(HttpMethod.Patch, $"/api/rooms/{room}", new { topic = "hijack" }, _bob)).ShouldBeProblem(403, "room.forbidden");
        (await Send(HttpMethod.Patch, $"/api/rooms/{room}", new { topic = "news" })).String("topic").ShouldBe("news");
        (await Send(HttpMethod.Delete, $"/api/rooms/{room}")).Status.ShouldBe(204);
        (await Send(HttpMethod.Get, $"/api/rooms/{room}")).At("archived")!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("{\"kind\":\"public\"}", "room.name_invalid")]
    [InlineData("{\"kind\":\"public\",\"name\":\"a\\u0000b\"}", "room.name_invalid")]
    [InlineData("{\"kind\":\"secret\",\"name\":\"x\"}", "room.kind_invalid")]
    [InlineData("{\"name\":\"x\"}", "room.kind_invalid")]
    [InlineData("{\"kind\":7,\"name\":\"x\"}", "request.invalid")]
    public async Task A_room_that_cannot_be_is_refused(string body, string code) =>
        (await Send(HttpMethod.Post, "/api/rooms", body)).ShouldBeProblem(400, code);

    [Fact]
    public async Task A_direct_room_is_made_once()
    {
        var first = await Send(HttpMethod.Post, "/api/rooms", new { kind = "direct", memberIds = new[] { _bob.UserId } });
        var second = await Send(HttpMethod.Post, "/api/rooms", new { kind = "direct", memberIds = new[] { _ann.UserId } }, _bob);
        first.Status.ShouldBe(201, first.Text);
        second.Status.ShouldBe(200, second.Text);
        second.String("roomId").ShouldBe(first.String("roomId"));
        second.Json["with"]!.AsArray().Select(id => id!.GetValue<string>()).ShouldBe([_ann.UserId]);
    }

    [Fact]
    public async Task A_private_room_is_unknown_to_those_outside()
    {
        var room = await MakeRoom("private");
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Get, "/messages", null), (HttpMethod.Get, "/events", null), (HttpMethod.Get, "/members", null),
            (HttpMethod.Get, "/pins", null), (HttpMethod.Post, "/join", null), (HttpMethod.Post, "/leave", null),
            (HttpMethod.Post, "/messages", new { clientId = "1", text = "x" }), (HttpMethod.Put, "/read", new { seq = 1 }),
            (HttpMethod.Patch, "", new { name = "y" }), (HttpMethod.Delete, "", null), (HttpMethod.Delete, $"/members/{_ann.UserId}", null),
        })
        {
            (await Send(method, $"/api/rooms/{room}{path}", body, _bob)).ShouldBeProblem(404, "room.not_found");
        }
    }

    [Fact]
    public async Task Members_come_go_and_change()
    {
        var room = await MakeRoom("public");
        (await Send(HttpMethod.Post, $"/api/rooms/{room}/join", by: _bob)).String("role").ShouldBe("member");
        var members = (await Send(HttpMethod.Get, $"/api/rooms/{room}/members")).Json["items"]!.AsArray();
        members.Select(member => member!["username"]!.GetValue<string>()).Order().ShouldBe(["ann", "bob"]);
        (await Send(HttpMethod.Patch, "/api/users/me", new { status = "at lunch" }, _bob)).Status.ShouldBe(200);
        (await Send(HttpMethod.Get, $"/api/rooms/{room}/members")).Json["items"]!.AsArray()
            .Select(member => member!["status"]?.GetValue<string>()).Order().ShouldBe([null, "at lunch"]);

        var promoted = await Send(HttpMethod.Patch, $"/api/rooms/{room}/members/{_bob.UserId}", new { role = "admin" });
        promoted.Status.ShouldBe(200, promoted.Text);
        promoted.String("role").ShouldBe("admin");
        (await Send(HttpMethod.Patch, $"/api/rooms/{room}/members/{_bob.UserId}", new { role = "king" })).ShouldBeProblem(400, "member.role_invalid");
        (await Send(HttpMethod.Post, $"/api/rooms/{room}/leave", by: _bob)).Status.ShouldBe(204);

        var added = await Send(HttpMethod.Post, $"/api/rooms/{room}/members", new { userIds = new[] { _bob.UserId } });
        added.Status.ShouldBe(200, added.Text);
        added.Json["items"]![0]!["userId"]!.GetValue<string>().ShouldBe(_bob.UserId);
        (await Send(HttpMethod.Delete, $"/api/rooms/{room}/members/{_bob.UserId}?ban=true")).Status.ShouldBe(204);
        (await Send(HttpMethod.Post, $"/api/rooms/{room}/join", by: _bob)).Status.ShouldBeOneOf(403, 404);
        (await Send(HttpMethod.Delete, $"/api/rooms/{room}/members/xyz")).ShouldBeProblem(404, "member.not_found");
        (await Send(HttpMethod.Post, $"/api/rooms/{room}/members", "{}")).ShouldBeProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_message_is_sent_once_edited_and_deleted()
    {
        var room = await MakeRoom("public");
        var sent = await Post(room, "c1", "hello");
        sent.Status.ShouldBe(201, sent.Text);
        sent.String("roomId").ShouldBe(room);
        sent.String("messageId").ShouldNotBeEmpty();
        var again = await Post(room, "c1", "hello");
        again.Status.ShouldBe(200);
        again.Text.ShouldBe(sent.Text);
        (await Post(room, "c1", "other")).ShouldBeProblem(409, "message.client_id_reused");

        var seq = sent.At("seq")!.GetValue<long>();
        (await Send(HttpMethod.Patch, $"/api/rooms/{room}/messages/{seq}", new { text = "hullo" })).Status.ShouldBe(204);
        (await Messages(room, ""))[0]!["text"]!.GetValue<string>().ShouldBe("hullo");
        (await Send(HttpMethod.Delete, $"/api/rooms/{room}/messages/{seq}")).Status.ShouldBe(204);
        (await Messages(room, ""))[0]!["deleted"]!.GetValue<bool>().ShouldBeTrue();
        foreach (var bad in new[] { "0", "x", "-1", "999", "99999999999999999999" })
        {
            (await Send(HttpMethod.Delete, $"/api/rooms/{room}/messages/{bad}")).ShouldBeProblem(404, "message.not_found");
        }
    }

    [Fact]
    public async Task Messages_are_paged_in_both_directions()
    {
        var room = await MakeRoom("public");
        var seqs = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            seqs.Add((await Post(room, $"c{i}", $"m{i}")).At("seq")!.GetValue<long>());
        }

        var newest = await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?limit=3");
        Seqs(newest).ShouldBe([seqs[4], seqs[3], seqs[2]]);
        Seqs(await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?limit=3&before={newest.String("next")}")).ShouldBe([seqs[1], seqs[0]]);
        var oldest = await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?limit=3&after=0");
        Seqs(oldest).ShouldBe([seqs[0], seqs[1], seqs[2]]);
        Seqs(await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?after={oldest.String("next")}")).ShouldBe([seqs[3], seqs[4]]);
        Seqs(await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?around={seqs[2]}&limit=3")).ShouldContain(seqs[2]);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=many")]
    [InlineData("before=1&after=1")]
    [InlineData("before=x")]
    [InlineData("before=-1")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var room = await MakeRoom("public");
        (await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?{query}")).ShouldBeProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Reactions_and_pins_are_set_and_taken_back()
    {
        var room = await MakeRoom("public");
        var seq = (await Post(room, "c1", "react to me")).At("seq")!.GetValue<long>();
        const string family = "👨‍👩‍👧";
        var reaction = $"/api/rooms/{room}/messages/{seq}/reactions/{Uri.EscapeDataString(family)}";

        (await Send(HttpMethod.Put, reaction)).Status.ShouldBe(204);
        (await Send(HttpMethod.Put, reaction)).Status.ShouldBe(204);
        var shown = (await Messages(room, ""))[0]!["reactions"]![0]!;
        (shown["emoji"]!.GetValue<string>(), shown["count"]!.GetValue<int>(), shown["me"]!.GetValue<bool>()).ShouldBe((family, 1, true));
        (await Send(HttpMethod.Delete, reaction)).Status.ShouldBe(204);
        (await Messages(room, ""))[0]!["reactions"]!.AsArray().ShouldBeEmpty();
        (await Send(HttpMethod.Put, $"/api/rooms/{room}/messages/{seq}/reactions/nope")).ShouldBeProblem(400, "reaction.invalid");

        (await Send(HttpMethod.Put, $"/api/rooms/{room}/pins/{seq}")).Status.ShouldBe(204);
        var pins = await Send(HttpMethod.Get, $"/api/rooms/{room}/pins");
        Seqs(pins).ShouldBe([seq]);
        pins.At("lastSeq")!.GetValue<long>().ShouldBe((await Send(HttpMethod.Get, $"/api/rooms/{room}")).At("lastSeq")!.GetValue<long>());
        (await Send(HttpMethod.Delete, $"/api/rooms/{room}/pins/{seq}")).Status.ShouldBe(204);
        Seqs(await Send(HttpMethod.Get, $"/api/rooms/{room}/pins")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_and_the_read_mark_tell_the_same_story()
    {
        var room = await MakeRoom("public");
        await Send(HttpMethod.Post, $"/api/rooms/{room}/join", by: _bob);
        var last = 0L;
        for (var i = 0; i < 3; i++)
        {
            last = (await Post(room, $"c{i}", i == 1 ? "hey @bob" : "hey")).At("seq")!.GetValue<long>();
        }

        var listed = (await Send(HttpMethod.Get, "/api/rooms", by: _bob)).Json["items"]![0]!;
        (listed["unread"]!.GetValue<long>(), listed["mentions"]!.GetValue<long>()).ShouldBe((3, 1));
        var events = await Send(HttpMethod.Get, $"/api/rooms/{room}/events?after=0", by: _bob);
        events.At("lastSeq")!.GetValue<long>().ShouldBe(last);
        events.Json["events"]!.AsArray().Select(e => e!["seq"]!.GetValue<long>()).ShouldBe(Enumerable.Range(1, (int)last).Select(i => (long)i));
        var read = await Send(HttpMethod.Put, $"/api/rooms/{room}/read", new { seq = last }, _bob);
        (read.At("readSeq")!.GetValue<long>(), read.At("unread")!.GetValue<long>(), read.At("mentions")!.GetValue<long>()).ShouldBe((last, 0, 0));
        (await Send(HttpMethod.Put, $"/api/rooms/{room}/read", new { seq = 1 }, _bob)).At("readSeq")!.GetValue<long>().ShouldBe(last);
    }

    [Fact]
    public async Task Own_rooms_are_paged_by_cursor()
    {
        var rooms = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            rooms.Add(await MakeRoom("private"));
        }

        var first = await Send(HttpMethod.Get, "/api/rooms?limit=2");
        first.Json["items"]!.AsArray().Select(room => room!["roomId"]!.GetValue<string>()).ShouldBe(rooms.Take(2));
        var second = await Send(HttpMethod.Get, $"/api/rooms?limit=2&cursor={first.String("next")}");
        second.Json["items"]!.AsArray().Select(room => room!["roomId"]!.GetValue<string>()).ShouldBe(rooms.Skip(2));
        (await Send(HttpMethod.Get, "/api/rooms?cursor=nonsense")).ShouldBeProblem(400, "cursor.invalid");
    }

    [Fact]
    public async Task A_malformed_room_is_no_room()
    {
        foreach (var room in new[] { "0", "x", "01", "-5", "9223372036854775808", "1%0A", "٣" })
        {
            (await Send(HttpMethod.Get, $"/api/rooms/{room}")).ShouldBeProblem(404, "room.not_found");
            (await Send(HttpMethod.Post, $"/api/rooms/{room}/messages", new { clientId = "1", text = "x" })).ShouldBeProblem(404, "room.not_found");
        }
    }

    private static IEnumerable<long> Seqs(Reply reply) => reply.Json["items"]!.AsArray().Select(message => message!["seq"]!.GetValue<long>());

    private Task<Reply> Send(HttpMethod method, string path, object? body = null, SignedIn? by = null) =>
        _host.SendAsync(method, path, body, (by ?? _ann).Token);

    private Task<Reply> Post(string room, string clientId, string text) => Send(HttpMethod.Post, $"/api/rooms/{room}/messages", new { clientId, text });

    private async Task<JsonArray> Messages(string room, string query) =>
        (await Send(HttpMethod.Get, $"/api/rooms/{room}/messages?{query}")).Json["items"]!.AsArray();

    private async Task<string> MakeRoom(string kind)
    {
        var made = await Send(HttpMethod.Post, "/api/rooms", new { kind, name = "A room" });
        made.Status.ShouldBe(201, made.Text);
        return made.String("roomId");
    }
}
