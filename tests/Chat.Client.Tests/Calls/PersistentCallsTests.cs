using System.Collections.Concurrent;
using Chat.Contracts;

namespace Chat.Client.Tests;

public sealed class PersistentCallsTests
{
    private const string Ack = """{"roomId":"1","seq":4,"messageId":"9","at":"2026-11-21T03:00:00.000Z"}""";

    private static readonly RoomId Room = new(1);

    [Fact]
    public async Task Send_whose_answer_was_lost_is_sent_again_under_the_same_clientId()
    {
        var calls = new ConcurrentQueue<string>();
        await using var play = await ClientPlay.StartAsync(number => async peer =>
        {
            await peer.AttachAsync();
            var call = await peer.NextCallAsync();
            if (call is not null)
            {
                calls.Enqueue(call.Arguments);
                if (number < 3)
                {
                    peer.Socket.Abort();
                    return;
                }

                await peer.AnswerAsync(call, Ack);
            }

            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();

        var send = play.Client.SendAsync(Room, "hello", replyTo: 2, thread: 3);
        await play.PassNextPauseAsync();
        await play.PassNextPauseAsync();

        (await Wait.For(send, "acknowledgement")).Seq.ShouldBe(4);
        calls.Count.ShouldBe(3);
        calls.Distinct(StringComparer.Ordinal).Single().ShouldEndWith(""","text":"hello","replyTo":2,"thread":3}]""");
    }

    [Fact]
    public async Task Refusal_that_may_pass_is_tried_again_after_a_pause_and_later_sends_wait_their_turn()
    {
        var texts = new ConcurrentQueue<string>();
        await using var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await peer.AttachAsync();
            var left = 2;
            while (await peer.NextCallAsync() is { } call)
            {
                texts.Enqueue(call.Arguments.Contains("first", StringComparison.Ordinal) ? "first" : "second");
                await (left-- > 0 ? peer.RefuseAsync(call, "rate.limited") : peer.AnswerAsync(call, Ack));
            }
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);

        var first = play.Client.SendAsync(Room, "first");
        var second = play.Client.SendAsync(Room, "second");
        await play.PassPauseAsync(TimeSpan.FromSeconds(0.5));
        await play.PassPauseAsync(TimeSpan.FromSeconds(1));

        await Wait.For(Task.WhenAll(first, second), "acknowledgements");
        texts.ShouldBe(["first", "first", "first", "second"]);
    }

    [Fact]
    public async Task Send_that_is_never_answered_fails_in_time_and_says_that_nobody_knows()
    {
        var got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await peer.AttachAsync();
            await peer.NextCallAsync();
            got.TrySetResult();
            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);

        var send = play.Client.SendAsync(Room, "hello", clientId: "mine");
        var behind = play.Client.SendAsync(Room, "behind it");
        await Wait.For(got.Task, "send");
        play.Clock.Advance(TimeSpan.FromSeconds(60));

        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "failure"));
        (failed.Code, failed.OutcomeUnknown, failed.ClientId).ShouldBe((CallFailedException.NoAnswer, true, "mine"));
        failed.ToString().ShouldNotContain("secret");
        var waited = await Should.ThrowAsync<SendFailedException>(Wait.For(behind, "failure"));
        waited.OutcomeUnknown.ShouldBeFalse("it never left");
    }

    [Fact]
    public async Task Send_that_never_found_a_connection_was_not_sent()
    {
        await using var play = await ClientPlay.StartAsync(_ => null);
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Waiting);

        var send = play.Client.SendAsync(Room, "hello");
        play.Clock.Advance(TimeSpan.FromSeconds(60));

        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "failure"));
        (failed.Code, failed.OutcomeUnknown).ShouldBe((CallFailedException.NoAnswer, false));
    }

    [Theory]
    [InlineData("room.forbidden", false, false)]
    [InlineData("room.forbidden", true, true)]
    [InlineData("room.muted", true, false)]
    [InlineData("message.too_long", true, false)]
    public async Task Refusal_for_good_says_what_is_known_of_the_attempts_before_it(string code, bool lostBefore, bool unknown)
    {
        await using var play = await ClientPlay.StartAsync(number => async peer =>
        {
            await peer.AttachAsync();
            if (await peer.NextCallAsync() is not { } call)
            {
                return;
            }

            if (lostBefore && number == 1)
            {
                peer.Socket.Abort();
                return;
            }

            await peer.RefuseAsync(call, code);
            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();

        var send = play.Client.SendAsync(Room, "hello");
        if (lostBefore)
        {
            await play.PassNextPauseAsync();
        }

        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "failure"));
        (failed.Code, failed.OutcomeUnknown).ShouldBe((code, unknown));
    }

    [Theory]
    [InlineData("server.busy", true)]
    [InlineData("rate.limited", false)]
    public async Task Time_that_runs_out_over_refusals_says_the_last_one_and_what_they_leave_open(string code, bool unknown)
    {
        await using var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await peer.AttachAsync();
            while (await peer.NextCallAsync() is { } call)
            {
                await peer.RefuseAsync(call, code);
            }
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);

        var send = play.Client.SendAsync(Room, "hello");
        foreach (var seconds in new[] { 0.5, 1, 2, 4, 8, 16 })
        {
            await play.PassPauseAsync(TimeSpan.FromSeconds(seconds));
        }

        // It has a minute, of which 31.5 seconds are over: the next pause is longer than what is left.
        await play.PauseBeginsAsync(TimeSpan.FromSeconds(30));
        play.Clock.Advance(TimeSpan.FromSeconds(28.5));

        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "failure"));
        (failed.Code, failed.OutcomeUnknown).ShouldBe((code, unknown));
    }

    [Fact]
    public async Task Caller_who_gives_up_is_obeyed_at_once_and_the_next_send_goes_on()
    {
        var got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await peer.AttachAsync();
            await peer.NextCallAsync();
            got.TrySetResult();
            await peer.AnswerAsync((await peer.NextCallAsync()).ShouldNotBeNull(), Ack);
            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();
        using var cancel = new CancellationTokenSource();

        var send = play.Client.SendAsync(Room, "hello", cancellationToken: cancel.Token);
        var next = play.Client.SendAsync(Room, "next");
        await Wait.For(got.Task, "send");
        await cancel.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(Wait.For(send, "end"))).CancellationToken.ShouldBe(cancel.Token);
        (await Wait.For(next, "acknowledgement")).Seq.ShouldBe(4);
    }

    [Fact]
    public async Task Client_that_is_not_started_calls_over_REST_with_the_same_patience()
    {
        var calls = new ConcurrentQueue<string>();
        await using var play = await ClientPlay.StartAsync(_ => null, async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            calls.Enqueue($"{context.Request.Method} {context.Request.Path.Value} {await body.ReadToEndAsync()}".TrimEnd());
            if (calls.Count == 1)
            {
                await ClientPlay.RefuseAsync(context, 429, "rate.limited", retryAfter: 3);
                return true;
            }

            context.Response.StatusCode = 201;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Ack));
            return true;
        });

        var send = play.Client.SendAsync(Room, "hello", clientId: "mine");
        await play.PassPauseAsync(TimeSpan.FromSeconds(3.5));
        await Wait.For(send, "acknowledgement");
        await play.Client.ReactAsync(Room, 4, "👍", on: true);
        await play.Client.DeleteAsync(Room, 4);

        (await send).Seq.ShouldBe(4);
        calls.ShouldBe(
        [
            """POST /api/rooms/1/messages {"clientId":"mine","text":"hello"}""",
            """POST /api/rooms/1/messages {"clientId":"mine","text":"hello"}""",
            "PUT /api/rooms/1/messages/4/reactions/👍",
            "DELETE /api/rooms/1/messages/4",
        ]);
    }

    [Fact]
    public async Task Pause_is_at_least_what_the_server_asks_for()
    {
        var calls = 0;
        await using var play = await ClientPlay.StartAsync(_ => null, async context =>
        {
            Interlocked.Increment(ref calls);
            await ClientPlay.RefuseAsync(context, 429, "rate.limited", retryAfter: 40);
            return true;
        });

        var send = play.Client.SendAsync(Room, "hello");
        await play.PassPauseAsync(TimeSpan.FromSeconds(40.5));
        await play.PauseBeginsAsync(TimeSpan.FromSeconds(41));
        play.Clock.Advance(TimeSpan.FromSeconds(19.5));

        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "failure"));
        (failed.Code, failed.OutcomeUnknown, calls).ShouldBe(("rate.limited", false, 2));
    }

    [Fact]
    public async Task Text_too_large_for_a_frame_goes_over_REST_and_keeps_its_place()
    {
        var order = new ConcurrentQueue<string>();
        await using var play = await ClientPlay.StartAsync(
            _ => async peer =>
            {
                await peer.AttachAsync();
                while (await peer.NextCallAsync() is { } call)
                {
                    order.Enqueue("hub");
                    await peer.AnswerAsync(call, Ack);
                }
            },
            async context =>
            {
                order.Enqueue("REST");
                await ClientPlay.RefuseAsync(context, 400, "message.too_long");
                return true;
            });
        await play.StartClientAsync();

        var sends = new[] { "short", new string('x', 100_000), "short" }.Select(text => play.Client.SendAsync(Room, text)).ToArray();

        (await Wait.For(sends[0], "acknowledgement")).Seq.ShouldBe(4);
        (await Should.ThrowAsync<SendFailedException>(Wait.For(sends[1], "refusal"))).Code.ShouldBe("message.too_long");
        await Wait.For(sends[2], "acknowledgement");
        order.ShouldBe(["hub", "REST", "hub"]);
    }

    [Fact]
    public async Task Typing_without_a_connection_is_nothing()
    {
        await using var play = await ClientPlay.StartAsync(_ => null);
        await play.Client.TypingAsync(Room);
        await play.StartClientAsync();
        await play.Client.TypingAsync(Room);
    }
}

public sealed class RoomLanesTests
{
    [Fact]
    public async Task One_at_a_time_in_the_order_of_coming_and_rooms_do_not_wait_for_each_other()
    {
        var lanes = new RoomLanes();
        var first = await lanes.EnterAsync(new(1), default);
        var second = lanes.EnterAsync(new(1), default);
        using var cancel = new CancellationTokenSource();
        var third = lanes.EnterAsync(new(1), cancel.Token);
        var fourth = lanes.EnterAsync(new(1), default);
        using var other = await Wait.For(lanes.EnterAsync(new(2), default), "turn in another room");

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(third);
        (second.IsCompleted, fourth.IsCompleted).ShouldBe((false, false));
        first.Dispose();
        var turn = await Wait.For(second, "second turn");
        fourth.IsCompleted.ShouldBeFalse();
        turn.Dispose();
        turn.Dispose();

        (await Wait.For(fourth, "fourth turn")).Dispose();
        (await Wait.For(lanes.EnterAsync(new(1), default), "turn in an empty lane")).Dispose();
    }
}
