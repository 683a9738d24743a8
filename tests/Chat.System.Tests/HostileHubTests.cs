using System.Net.WebSockets;
using System.Text;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 9 on the hub: malformed frames, wrong arguments, hostile text. Each gets a clear error, and a pair of bystanders chats through all of it.</summary>
public sealed class HostileHubTests(ITestOutputHelper output) : HostileTest(output)
{
    private const string Ping = """{"type":6}""";

    [Fact]
    public async Task Frames_that_are_not_the_protocols_end_their_connection_with_the_reason_and_harm_nobody()
    {
        var cases = new (string Name, byte[] Bytes, string Code)[]
        {
            ("words", Utf8("hello there\u001e"), "request.invalid"),
            ("half an object", Utf8("{\"type\":1,\u001e"), "request.invalid"),
            ("an empty message", Utf8("\u001e"), "request.invalid"),
            ("an array", Utf8("[1,2]\u001e"), "request.invalid"),
            ("a type that is no number", Utf8("{\"type\":\"one\"}\u001e"), "request.invalid"),
            ("an id that is no string", Utf8("{\"type\":1,\"invocationId\":7,\"target\":\"Ping\",\"arguments\":[]}\u001e"), "request.invalid"),
            ("a call without target", Utf8("{\"type\":1,\"invocationId\":\"1\",\"arguments\":[]}\u001e"), "request.invalid"),
            ("a call without arguments", Utf8("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Ping\"}\u001e"), "request.invalid"),
            ("no type", Utf8("{}\u001e"), "request.invalid"),
            ("arguments that are no array", Utf8("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Ping\",\"arguments\":{}}\u001e"), "request.invalid"),
            ("deep arguments", Utf8("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Sync\",\"arguments\":[" + new string('[', 100) + new string(']', 100) + "]}\u001e"), "request.invalid"),
            ("bytes that are not UTF-8", [.. Utf8("{\"type\":1,\"target\":\""), 0xC3, 0x28, 0xFF, .. Utf8("\"}\u001e")], "request.invalid"),
            ("noise", [.. Enumerable.Range(0, 500).Select(i => (byte)((i * 131) | 0x80)), 0x1E], "request.invalid"),
            ("a bottomless object", Utf8(new string('[', 5000) + "\u001e"), "request.invalid"),
            ("more than 64 KiB", Utf8("{\"type\":6,\"x\":\"" + new string('x', 70_000) + "\"}\u001e"), "request.too_large"),
            ("more than 64 KiB without end", Utf8(new string('x', 200_000)), "request.too_large"),
        };
        foreach (var (name, bytes, code) in cases)
        {
            foreach (var type in new[] { WebSocketMessageType.Text, WebSocketMessageType.Binary })
            {
                await using var raw = await RawSocket.ConnectAsync(Server, User.AccessToken);
                await raw.SendBytesAsync(bytes, type);
                var error = await raw.CloseErrorAsync();
                if (type is WebSocketMessageType.Text && error is null && !IsUtf8(bytes))
                {
                    // The WebSocket itself ends on text that is none (RFC 6455, 8.1).
                    continue;
                }

                error.ShouldNotBeNull($"{name} ({type})").ShouldContain(code + ": ", Case.Sensitive, $"{name} ({type})");
            }
        }

        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Odd_but_permitted_frames_are_taken()
    {
        await using var raw = await RawSocket.ConnectAsync(Server, User.AccessToken);
        await raw.SendAsync("""{"type":99,"anything":[1]}""", """{"headers":{"a":"b"},"type":6}""", """{"type":5,"invocationId":"77"}""");

        // A call in one-byte frames, with its properties in another order and some of tomorrow's.
        var call = Utf8("""{"tomorrow":{"a":[]},"arguments":[],"target":"Ping","invocationId":"a \"b\"","type":1}""" + "\u001e");
        foreach (var one in call)
        {
            await raw.SendBytesAsync([one], end: one % 2 == 0);
        }

        (await raw.CompletionAsync("a \"b\"")).ShouldNotBeNull().GetProperty("result").GetString()!.ShouldEndWith("Z");
        await raw.SendAsync([.. Enumerable.Repeat(Ping, 5000)]);
        (await raw.CallAsync("Ping", "[]", "2")).ShouldNotBeNull();
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Wrong_handshakes_are_refused()
    {
        foreach (var handshake in new[]
        {
            """{"protocol":"messagepack","version":1}""", """{"protocol":"json","version":99}""", """{"protocol":"json"}""", "hello", "{}", "[]",
            """{"protocol":1,"version":"x"}""", "", """{"type":1,"target":"Ping","invocationId":"1","arguments":[]}""", new string('x', 100_000),
        })
        {
            await using var raw = await RawSocket.OpenAsync(Server, User.AccessToken);
            await raw.SendAsync(handshake);
            var first = await raw.NextAsync();
            first.ShouldNotBe("{}", $"handshake {handshake[..Math.Min(60, handshake.Length)]}");
            (await raw.NextAsync()).ShouldBeNull("the connection has ended");
        }

        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Wrong_methods_argument_counts_and_types_get_a_coded_error_and_the_connection_lives()
    {
        await using var raw = await RawSocket.ConnectAsync(Server, User.AccessToken);
        var room = $"\"{Room}\"";
        var message = """{"clientId":"c","text":"t"}""";
        var wrong = new List<(string Method, string Arguments)>
        {
            ("Nothing", "[]"), ("Send ", $"[{room},{message}]"), ("OnConnectedAsync", "[]"), ("ToString", "[]"), ("Dispose", "[]"),
            ("Send", "[]"), ("Send", $"[{room}]"), ("Send", $"[{room},{message},1]"), ("Send", $"[{message},{room}]"),
            ("Ping", "[1]"), ("Typing", "[]"), ("MarkRead", $"[{room}]"), ("MarkRead", $"[{room},\"1\"]"), ("MarkRead", $"[{room},1.5]"),
            ("MarkRead", $"[{room},1e30]"), ("MarkRead", $"[{room},99999999999999999999]"), ("MarkRead", $"[{room},null]"),
            ("Edit", $"[{room},1,1]"), ("Edit", $"[{room},1,null]"), ("React", $"[{room},1,\"👍\",\"true\"]"), ("React", $"[{room},1,null,true]"),
            ("Sync", "[[]]"), ("Sync", "[null]"), ("Sync", "[{\"x\":1}]"), ("Sync", $"[{{{room}:\"1\"}}]"), ("Watch", "[\"1\"]"), ("Watch", "[[1]]"),
            ("Watch", "[null]"), ("Watch", "[[null]]"), ("Send", $"[{room},null]"), ("Send", $"[{room},[]]"), ("Send", $"[{room},\"text\"]"),
            ("Send", $$"""[{{room}},{"clientId":1,"text":"t"}]"""), ("Send", $$"""[{{room}},{"clientId":"c","text":["t"]}]"""),
            ("Send", $$"""[{{room}},{"clientId":"c","text":"t","replyTo":"4"}]"""), ("Send", $$"""[{{room}},{"clientId":"c","text":"t","thread":{} }]"""),
            ("Send", $$"""[{{room}},{"clientId":"c","text":"t","attachments":"x"}]"""), ("Send", $$"""[{{room}},{"clientId":"c","text":"\ud800"}]"""),
            ("Send", $$"""[{{room}},{"clientId":"\udc00x","text":"t"}]"""),
        };
        foreach (var id in new[] { "\"\"", "\"abc\"", "\"-1\"", "\"0\"", "\"01\"", "\" 1\"", "\"1e3\"", "\"9223372036854775808\"", "\"١٢\"", "1", "1.5", "true", "{}", "null" })
        {
            wrong.Add(("Typing", $"[{id}]"));
            wrong.Add(("Send", $"[{id},{message}]"));
        }

        var number = 0;
        foreach (var (method, arguments) in wrong)
        {
            var answer = await raw.CallAsync(method, arguments, (++number).ToString());
            var error = answer.ShouldNotBeNull($"{method} {arguments} ended the connection").TryGetProperty("error", out var said) ? said.GetString() : null;
            error.ShouldNotBeNull($"{method} {arguments} was carried out").ShouldContain(": ", Case.Sensitive, $"{method} {arguments}");
            error.ShouldContain("request.invalid", Case.Sensitive, $"{method} {arguments}");
        }

        (await User.HistoryAsync(Room)).ShouldBeEmpty();
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Values_out_of_range_get_their_own_codes()
    {
        await using var raw = await RawSocket.ConnectAsync(Server, User.AccessToken);
        var seq = (await User.SayAsync(Room, "target")).Seq;
        var foreign = Others.Room;
        var cases = new (string Code, string Method, string Arguments)[]
        {
            ("message.client_id_invalid", "Send", $$"""["{{Room}}",{"text":"t"}]"""),
            ("message.client_id_invalid", "Send", $$"""["{{Room}}",{"clientId":"","text":"t"}]"""),
            ("message.client_id_invalid", "Send", $$"""["{{Room}}",{"clientId":"{{new string('c', 65)}}","text":"t"}]"""),
            ("message.client_id_invalid", "Send", $$"""["{{Room}}",{"clientId":"a\u0000b","text":"t"}]"""),
            ("message.empty", "Send", $$"""["{{Room}}",{"clientId":"c"}]"""),
            ("message.empty", "Send", $$"""["{{Room}}",{"clientId":"c","text":" \u200b\u200d\ufeff\t"}]"""),
            ("message.too_long", "Send", $$"""["{{Room}}",{"clientId":"c","text":"{{new string('x', 8193)}}"}]"""),
            ("message.too_long", "Send", $$"""["{{Room}}",{"clientId":"c","text":"{{new string('한', 2731)}}"}]"""),
            ("message.text_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"a\u0000b"}]"""),
            ("message.reply_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"t","replyTo":{{seq + 1}}}]"""),
            ("message.reply_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"t","replyTo":1}]"""),
            ("message.reply_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"t","replyTo":-5}]"""),
            ("message.thread_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"t","thread":{{long.MaxValue}}}]"""),
            ("message.attachment_invalid", "Send", $$"""["{{Room}}",{"clientId":"c","text":"t","attachments":[{"fileId":"1"}]}]"""),
            ("message.not_found", "Edit", $"""["{Room}",{seq + 1},"t"]"""),
            ("message.not_found", "Edit", $"""["{Room}",-1,"t"]"""),
            ("message.not_found", "Delete", $"""["{Room}",0]"""),
            ("message.not_found", "React", $"""["{Room}",{long.MaxValue},"👍",true]"""),
            ("reaction.invalid", "React", $"""["{Room}",{seq},"x",true]"""),
            ("reaction.invalid", "React", $"""["{Room}",{seq},"👍👍",true]"""),
            ("reaction.invalid", "React", $"""["{Room}",{seq},"",true]"""),
            ("room.not_found", "Send", $$"""["{{foreign}}",{"clientId":"c","text":"t"}]"""),
            ("room.not_found", "Edit", $"""["{foreign}",3,"t"]"""),
            ("room.not_found", "Delete", $"""["{foreign}",3]"""),
            ("room.not_found", "React", $"""["{foreign}",3,"👍",true]"""),
            ("room.not_found", "MarkRead", $"""["{foreign}",3]"""),
            ("room.not_found", "Typing", $"""["{foreign}"]"""),
            ("room.not_found", "Typing", $"""["{long.MaxValue}"]"""),
            ("request.too_many_items", "Watch", $"""[[{string.Join(',', Enumerable.Range(1, 501).Select(i => $"\"{i}\""))}]]"""),
        };
        var number = 0;
        foreach (var (code, method, arguments) in cases)
        {
            var answer = await raw.CallAsync(method, arguments, (++number).ToString());
            var what = $"{method} {arguments[..Math.Min(arguments.Length, 120)]}";
            var error = answer.ShouldNotBeNull($"{what} ended the connection").TryGetProperty("error", out var said) ? said.GetString() : null;
            error.ShouldNotBeNull($"{what} was carried out").ShouldContain($"HubException: {code}: ", Case.Sensitive, what);
        }

        (await User.HistoryAsync(Room)).Count.ShouldBe(1);
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Hostile_text_is_kept_and_shown_byte_for_byte()
    {
        var texts = new[]
        {
            "\u202Eevil\u202C \u200Fright\u200E \u2066isolated\u2069",
            "zero\u200Bwidth\u200C\u200D\uFEFFspaces",
            "a" + new string('\u0301', 4000),
            "👩‍👩‍👧‍👦🏳️‍🌈👨🏽‍🚀🇰🇷#️⃣",
            new string('x', 8192),
            new string('한', 2730) + "ab",
            string.Concat(Enumerable.Repeat("💥", 2048)),
            "<script>alert(1)</script>'\";--\\ \b\f\r\n\t\u0001\u007F\u0085\u2028\u2029",
            "\uFFFD\uFFFE\uFFFF\U0010FFFF",
            "@room @@@ @ @a @" + new string('a', 3000),
            string.Concat(Enumerable.Range(0, 700).Select(i => $"@user{i} ")),
            "{\"type\":7}\u001e{\"type\":6}\u001e",
        };
        await using var device = await User.OpenAsync();
        var acks = new List<SendAck>();
        foreach (var text in texts)
        {
            acks.Add(await device.Connection.SendAsync(Room, User.Message(text)));
        }

        await device.UntilSeqAsync(Room, acks[^1].Seq);
        device.EventsOf(Room).Where(e => e.Message is not null).Select(e => e.Message!.Text).ShouldBe(texts, "as pushed");
        (await User.HistoryAsync(Room)).Select(m => m.Text).ShouldBe(texts, "as fetched");
        var synced = (await device.Connection.SyncAsync(new() { [Room] = acks[0].Seq - 1 })).Single();
        synced.Events.Select(e => e.Message!.Text).ShouldBe(texts, "as synced");
        var first = acks[0].Seq;
        foreach (var text in texts.Reverse())
        {
            if (text != texts[0])
            {
                await device.Connection.EditAsync(Room, first, text);
            }
        }

        (await User.HistoryAsync(Room))[0].Text.ShouldBe(texts[1]);
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Tokens_that_are_not_valid_open_nothing_and_reach_no_log()
    {
        var good = User.AccessToken;
        foreach (var token in new[]
        {
            "", "x", "Bearer " + good, good[..^2], good + "A", good[1..], Flip(good, 20), Flip(good, good.Length / 2), User.RefreshToken,
            new string('a', 5000), "\0\u00e9<>", "null", $"{good} {good}",
        })
        {
            var refused = await Should.ThrowAsync<Client.HubConnectionException>(Client.HubConnection.ConnectAsync(
                new() { Server = Server.Address, AccessToken = token }, new SendStorm.Deaf()));
            refused.Status.ShouldBe(401, $"token {token[..Math.Min(token.Length, 12)]}…");
        }

        Server.LinesWith(good[..40]).ShouldBeEmpty("tokens reach no log");
        await Others.UndisturbedAsync();
    }

    [Fact]
    public async Task Connections_opened_and_dropped_at_any_point_leave_nothing_behind()
    {
        var random = new Random(9);
        for (var round = 0; round < 30; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
            {
                await using var raw = await RawSocket.OpenAsync(Server, User.AccessToken);
                if (i % 3 > 0)
                {
                    await raw.SendAsync("""{"protocol":"json","version":1}""");
                }

                if (i % 3 > 1)
                {
                    // Calls whose answers nobody waits for, the last of them cut off.
                    await raw.SendAsync([.. Enumerable.Range(0, 20).Select(n =>
                        $$"""{"type":1,"target":"Send","invocationId":"{{n}}","arguments":["{{Room}}",{"clientId":"{{round}}-{{i}}-{{n}}","text":"t"}]}""")]);
                    await raw.SendBytesAsync(Utf8("""{"type":1,"target":"Se"""), end: random.Next(2) == 0);
                }
            }));
        }

        var log = await User.LogAsync(Room);
        log.Where(e => e.Message is not null).Select(e => e.Message!.ClientId).ShouldBeUnique();
        var after = await User.SayAsync(Room, "still here");
        after.Seq.ShouldBeGreaterThan(log.Count);
        await Others.UndisturbedAsync();
    }

    private static bool IsUtf8(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Flip(string token, int at) => token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
}
