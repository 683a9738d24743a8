using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Contracts;

namespace Chat.Client.Tests;

public sealed class HubConnectionTests
{
    private static readonly RoomId Room = new(7301);

    [Fact]
    public async Task Handshake_and_call_are_what_the_protocol_says()
    {
        var seen = Channel.CreateUnbounded<string>();
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            seen.Writer.TryWrite(peer.Token);
            seen.Writer.TryWrite(await peer.NextAsync() ?? "");
            await peer.SendAsync("{}");
            seen.Writer.TryWrite(await peer.NextAsync() ?? "");
            await peer.SendAsync("""{"type":3,"invocationId":"1","result":{"roomId":"7301","seq":4,"messageId":"9","at":"2026-11-21T03:00:00.000Z"}}""");
            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Pushes(), "a+b/c=&d");

        var ack = await Wait.For(connection.SendAsync(Room, new("c1", "안녕 \"x\"")), "answer");

        ack.ShouldBe(new SendAck(Room, 4, new(9), new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero)));
        (await seen.Reader.ReadAsync()).ShouldBe("a+b/c=&d");
        (await seen.Reader.ReadAsync()).ShouldBe("""{"protocol":"json","version":1}""");
        (await seen.Reader.ReadAsync()).ShouldBe(
            """{"type":1,"target":"Send","invocationId":"1","arguments":["7301",{"clientId":"c1","text":"안녕 \"x\""}]}""");
    }

    [Fact]
    public async Task Answers_in_another_order_reach_their_calls()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            var ids = new List<string>();
            for (var i = 0; i < 50; i++)
            {
                using var call = JsonDocument.Parse(await peer.NextAsync() ?? "");
                ids.Add(call.RootElement.GetProperty("invocationId").GetString()!);
            }

            ids.Reverse();
            await peer.SendAsync([.. ids.Select(id =>
                $$$"""{"result":{"readSeq":{{{id}}},"unread":0,"mentions":0},"invocationId":"{{{id}}}","type":3}""")]);
            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Pushes());

        var calls = Enumerable.Range(1, 50).Select(i => connection.MarkReadAsync(Room, i)).ToArray();

        (await Wait.For(Task.WhenAll(calls), "answer to each call")).Select(r => r.ReadSeq).ShouldBe(Enumerable.Range(1, 50).Select(i => (long)i));
    }

    [Fact]
    public async Task Pushes_split_and_joined_at_any_byte_arrive_whole_and_in_order()
    {
        var script = string.Concat(Enumerable.Range(1, 40).Select(i =>
            $$$"""{"type":1,"target":"events","arguments":["7301",[{"seq":{{{i}}},"kind":"edit","at":"2026-11-21T03:00:00.000Z","by":"5","target":1,"text":"é👍{{{new string('x', i * 37)}}}","tomorrow":{"a":[1]}}]]}""" + "\u001e"));
        var bytes = Encoding.UTF8.GetBytes(script);
        var random = new Random(71);
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(random.Next(1, 900), bytes.Length - at);
                await peer.SendBytesAsync(bytes[at..(at + length)], endOfMessage: random.Next(2) == 0 || at + length == bytes.Length);
                at += length;
            }

            await peer.NextAsync();
        });
        var pushes = new Pushes();
        await using var connection = await server.ConnectAsync(pushes);

        for (var i = 1; i <= 40; i++)
        {
            var push = (await Wait.For(pushes.NextAsync(), $"push {i}")).ShouldBeOfType<EventsPush>();
            push.RoomId.ShouldBe(Room);
            push.Events.Single().Seq.ShouldBe(i);
            push.Events.Single().Text!.Length.ShouldBe(3 + (i * 37));
        }
    }

    [Fact]
    public async Task Every_push_of_the_contract_is_read_and_unknown_ones_are_passed_over()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.SendAsync(
                """{"type":6}""",
                """{"type":1,"target":"tomorrow","arguments":[1,2,3]}""",
                """{"type":1,"target":"read","arguments":["7301","5",42,"more"]}""",
                """{"type":1,"target":"typing","arguments":["7301","5"]}""",
                """{"type":1,"target":"presence","arguments":["5","offline","2026-11-21T03:00:00.000Z"]}""",
                """{"type":1,"target":"presence","arguments":["5","dancing",null]}""",
                """{"type":1,"target":"rooms","arguments":[{"roomId":"7301","change":"banned","seq":9}]}""",
                """{"type":1,"target":"notify","arguments":[{"any":"thing"}]}""",
                """{"type":1,"target":"lagging","arguments":["7301",17]}""",
                """{"type":1,"target":"bye","arguments":["server.stopping"]}""",
                """{"type":7,"error":"shutting down","allowReconnect":true}""");
            await peer.NextAsync();
        });
        var pushes = new Pushes();
        await using var connection = await server.ConnectAsync(pushes);

        (await pushes.NextAsync()).ShouldBe(new ReadPush(Room, new(5), 42));
        (await pushes.NextAsync()).ShouldBe(new TypingPush(Room, new(5)));
        (await pushes.NextAsync()).ShouldBe(new PresencePush(new(5), PresenceState.Offline, new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero)));
        (await pushes.NextAsync()).ShouldBe(new PresencePush(new(5), default, null));
        (await pushes.NextAsync()).ShouldBe(new RoomsPush(new(Room, MemberChange.Banned, 9)));
        (await pushes.NextAsync()).ShouldBeOfType<NotifyPush>().Notification.GetProperty("any").GetString().ShouldBe("thing");
        (await pushes.NextAsync()).ShouldBe(new LaggingPush(Room, 17));
        (await pushes.NextAsync()).ShouldBe(new ByePush("server.stopping"));
        (await Wait.For(connection.Closed, "end of the connection")).ShouldBe(new HubClose("server.stopping", "shutting down", null));
    }

    [Fact]
    public async Task Connection_lost_fails_the_calls_under_way_and_later_ones()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.NextAsync();
            peer.Socket.Abort();
        });
        await using var connection = await server.ConnectAsync(new Pushes());

        await Should.ThrowAsync<HubConnectionException>(connection.MarkReadAsync(Room, 1).WaitAsync(Wait.Limit));
        (await Wait.For(connection.Closed, "end of the connection")).Fault.ShouldNotBeNull();
        await Should.ThrowAsync<HubConnectionException>(() => connection.MarkReadAsync(Room, 2));
    }

    [Fact]
    public async Task Refused_upgrade_says_its_status_and_no_token()
    {
        await using var server = await ScriptedServer.WithRest(context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });

        var refused = await Should.ThrowAsync<HubConnectionException>(server.ConnectAsync(new Pushes(), "secret-token"));

        refused.Status.ShouldBe(401);
        refused.ToString().ShouldNotContain("secret-token");
    }

    [Fact]
    public async Task Refused_handshake_says_why()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.NextAsync();
            await peer.SendAsync("""{"error":"not this protocol"}""");
            await peer.NextAsync();
        });

        (await Should.ThrowAsync<HubConnectionException>(server.ConnectAsync(new Pushes()))).Message.ShouldContain("not this protocol");
    }

    [Fact]
    public async Task Push_that_is_not_the_contracts_ends_the_connection_with_the_reason()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.SendAsync("""{"type":1,"target":"events","arguments":[7301]}""");
            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Pushes());

        (await Wait.For(connection.Closed, "end of the connection")).Fault.ShouldBeOfType<JsonException>();
    }

    [Fact]
    public async Task Canceled_call_is_forgotten_and_its_late_answer_ignored()
    {
        var answer = new TaskCompletionSource();
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.NextAsync();
            await answer.Task;
            await peer.SendAsync("""{"type":3,"invocationId":"1"}""");
            await peer.NextAsync();
            await peer.SendAsync("""{"type":3,"invocationId":"2","result":"2026-11-21T03:00:00.000Z"}""");
            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Pushes());
        using var cancel = new CancellationTokenSource();

        var call = connection.TypingAsync(Room, cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        answer.SetResult();

        (await Wait.For(connection.PingAsync(), "answer to the next call")).Year.ShouldBe(2026);
    }

    [Fact]
    public async Task Raw_listener_takes_pushes_unparsed_but_for_the_goodbye()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.SendAsync(
                """{"type":1,"target":"typing","arguments":["7301","5"]}""",
                """{"type":1,"target":"bye","arguments":["x"]}""");
            await peer.CloseAsync();
        });
        var pushes = new Pushes { Raw = true };
        await using var connection = await server.ConnectAsync(pushes);

        (await Wait.For(connection.Closed, "end of the connection")).Bye.ShouldBe("x");
        pushes.RawSeen.ShouldBe(["""typing ["7301","5"]"""]);
    }

    /// <summary>Queues what it hears.</summary>
    private sealed class Pushes : IHubListener
    {
        private readonly Channel<HubPush> _pushes = Channel.CreateUnbounded<HubPush>();

        public bool Raw { get; init; }

        public List<string> RawSeen { get; } = [];

        public void Take(HubPush push) => _pushes.Writer.TryWrite(push);

        public bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments)
        {
            if (Raw)
            {
                RawSeen.Add($"{Encoding.UTF8.GetString(target)} {Encoding.UTF8.GetString(arguments)}");
            }

            return Raw;
        }

        public Task<HubPush> NextAsync() => Wait.For(_pushes.Reader.ReadAsync().AsTask(), "further push");
    }
}
