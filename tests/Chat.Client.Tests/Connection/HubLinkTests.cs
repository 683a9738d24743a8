using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Client.Tests;

public sealed class BackoffTests
{
    [Fact]
    public void Pause_is_drawn_below_a_bound_that_doubles_up_to_the_longest()
    {
        var draws = Gen.Choose(0, 1000).Select(i => i / 1000.0).ListOf().ToArbitrary();
        Prop.ForAll(draws, values =>
        {
            var next = values.GetEnumerator();
            var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), () => next.MoveNext() ? next.Current : 0);
            foreach (var (value, i) in values.Select((v, i) => (v, i)))
            {
                backoff.Next().ShouldBe(TimeSpan.FromSeconds(Math.Min(20, Math.Pow(2, Math.Min(i, 30)))) * value, TimeSpan.FromTicks(1));
            }

            backoff.Reset();
            return backoff.IsFresh;
        }).QuickCheckThrowOnFailure();
    }
}

public sealed class HubLinkTests
{
    [Fact]
    public async Task Server_that_cannot_be_reached_is_tried_after_pauses_that_grow()
    {
        await using var play = await ClientPlay.StartAsync(number => number <= 9 ? null : AttachAndStayAsync);
        await play.StartClientAsync();

        foreach (var seconds in new[] { 0.5, 1, 2, 4, 8, 16, 30, 30, 30 })
        {
            var waiting = await play.PassNextPauseAsync();
            waiting.RetryIn.ShouldBe(TimeSpan.FromSeconds(seconds));
            waiting.Why.ShouldNotBeNullOrEmpty();
            waiting.Why.ShouldNotContain("secret");
        }

        await play.OnlineAsync();
    }

    [Fact]
    public async Task Pauses_begin_anew_after_a_connection_that_lived()
    {
        var lose = Source();
        await using var play = await ClientPlay.StartAsync(number => number switch
        {
            1 or 2 => null,
            3 => async peer =>
            {
                await peer.AttachAsync();
                await lose.Task;
                peer.Socket.Abort();
            },
            _ => AttachAndStayAsync,
        });
        await play.StartClientAsync();
        await play.PassNextPauseAsync();
        await play.PassNextPauseAsync();
        await play.NextAsync(ClientState.Online);

        // Less than the server may be silent, more than the longest pause would be by the default.
        play.Clock.Advance(TimeSpan.FromSeconds(30));
        lose.SetResult();

        (await play.NextAsync(ClientState.Waiting)).RetryIn.ShouldBe(TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task Server_that_stops_is_called_again_at_once()
    {
        var second = Source();
        await using var play = await ClientPlay.StartAsync(number => number == 1
            ? async peer =>
            {
                await peer.AttachAsync();
                await peer.ByeAsync("server.stopping");
            }
            : async peer =>
            {
                second.SetResult();
                await AttachAndStayAsync(peer);
            });
        await play.StartClientAsync();

        // Without the clock's help.
        await Wait.For(second.Task, "second connection");
    }

    [Fact]
    public async Task Server_that_says_goodbye_each_time_is_not_called_without_a_pause()
    {
        var connections = 0;
        await using var play = await ClientPlay.StartAsync(number => async peer =>
        {
            connections = number;
            await peer.AttachAsync();
            await peer.ByeAsync("server.stopping");
        });
        await play.StartClientAsync();

        // By this clock the connections live for no time at all.
        await Wait.Until(() => play.Client.Status.RetryIn > TimeSpan.Zero, () => "pause");

        (play.Client.Status.RetryIn, connections).ShouldBe((TimeSpan.FromSeconds(1), 2));
    }

    [Fact]
    public async Task Session_that_is_ended_ends_the_client_and_is_forgotten()
    {
        await using var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await peer.AttachAsync();
            await peer.ByeAsync("session.ended");
        });
        await play.StartClientAsync();

        (await play.NextAsync(ClientState.Ended)).End.ShouldBe(ClientEnd.SessionOver);

        (await play.Store.ReadAsync()).ShouldBeNull();
        (await Should.ThrowAsync<ClientEndedException>(play.Client.WaitForOnlineAsync())).End.ShouldBe(ClientEnd.SessionOver);
        await Should.ThrowAsync<ClientEndedException>(play.Client.StartAsync());
        var failed = await Should.ThrowAsync<SendFailedException>(play.Client.SendAsync(new(1), "late"));
        (failed.Code, failed.OutcomeUnknown).ShouldBe((CallFailedException.ClientEnded, false));
        await Should.ThrowAsync<ClientEndedException>(async () => await FirstAsync(play.Client.Events(new(1), 0)));
        await Should.ThrowAsync<ClientEndedException>(async () => await FirstAsync(play.Client.HintsAsync()));
    }

    [Fact]
    public async Task Session_that_is_ended_makes_way_for_one_with_which_the_user_signed_in_elsewhere()
    {
        var end = Source();
        var tokens = new List<string>();
        await using var play = await ClientPlay.StartAsync(number => async peer =>
        {
            tokens.Add(peer.Token);
            await peer.AttachAsync();
            if (number == 1)
            {
                await end.Task;
                await peer.ByeAsync("session.ended");
            }

            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);
        await play.SignInAsync("second", session: 2);

        end.SetResult();
        await play.PassNextPauseAsync();
        await play.NextAsync(ClientState.Online);

        tokens.ShouldBe(["secret-access-first", "secret-access-second"]);
    }

    [Fact]
    public async Task Token_that_is_refused_at_the_door_is_refreshed()
    {
        var tokens = new List<string>();
        var refreshes = 0;
        await using var play = await ClientPlay.StartAsync(
            number => number == 1 ? null : async peer =>
            {
                tokens.Add(peer.Token);
                await AttachAndStayAsync(peer);
            },
            async context =>
            {
                if (context.Request.Path == "/api/auth/refresh")
                {
                    Interlocked.Increment(ref refreshes);
                    await ClientPlay.AnswerRefreshAsync(context, "next");
                    return true;
                }

                return false;
            },
            refusal: 401);
        await play.StartClientAsync();

        await play.NextAsync(ClientState.Online);

        tokens.ShouldBe(["secret-access-next"]);
        refreshes.ShouldBe(1);
    }

    [Fact]
    public async Task Refresh_that_is_refused_ends_the_client()
    {
        await using var play = await ClientPlay.StartAsync(
            _ => null,
            async context =>
            {
                await ClientPlay.RefuseAsync(context, 401, "auth.invalid");
                return true;
            },
            refusal: 401);
        await play.StartClientAsync();

        (await play.NextAsync(ClientState.Ended)).End.ShouldBe(ClientEnd.SessionOver);
        (await play.Store.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Refresh_that_cannot_be_answered_now_is_tried_again_later()
    {
        var refused = 0;
        await using var play = await ClientPlay.StartAsync(
            number => number <= 2 ? null : AttachAndStayAsync,
            async context =>
            {
                if (Interlocked.Increment(ref refused) == 1)
                {
                    await ClientPlay.RefuseAsync(context, 503, "storage.unavailable");
                }
                else
                {
                    await ClientPlay.AnswerRefreshAsync(context, "next");
                }

                return true;
            },
            refusal: 401);
        await play.StartClientAsync();

        (await play.PassNextPauseAsync()).Why.ShouldNotBeNull().ShouldContain("storage.unavailable");
        await play.PassNextPauseAsync();

        await play.OnlineAsync();
    }

    [Fact]
    public async Task Server_that_falls_silent_is_left_for_another_connection()
    {
        await using var play = await ClientPlay.StartAsync(_ => AttachAndStayAsync);
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);

        // It may be silent for 30 seconds, and is looked at every 15.
        play.Clock.Advance(TimeSpan.FromSeconds(45));

        (await play.PassNextPauseAsync()).Why.ShouldNotBeNull().ShouldContain("silent");

        await play.NextAsync(ClientState.Online);
    }

    [Fact]
    public async Task Watched_users_are_watched_again_on_the_next_connection_and_their_state_comes_as_hints()
    {
        var lose = Source();
        await using var play = await ClientPlay.StartAsync(number => async peer =>
        {
            await peer.AttachAsync();
            var watch = (await peer.NextCallAsync()).ShouldNotBeNull();
            (watch.Target, watch.Arguments).ShouldBe(("Watch", """[["8","9"]]"""));
            await peer.AnswerAsync(watch, $$"""[{"userId":"8","state":"{{(number == 1 ? "offline" : "online")}}"}]""");
            if (number == 1)
            {
                await lose.Task;
                peer.Socket.Abort();
            }

            await peer.WaitForEndAsync();
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);
        await using var hints = play.Client.HintsAsync().GetAsyncEnumerator();
        var next = hints.MoveNextAsync().AsTask();

        (await Wait.For(play.Client.WatchAsync([new(8), new(9)]), "presence")).ShouldBe([new(new(8), PresenceState.Offline, null)]);
        lose.SetResult();
        await play.PassNextPauseAsync();

        (await Wait.For(next, "hint")).ShouldBeTrue();
        hints.Current.ShouldBe(new PresencePush(new(8), PresenceState.Online, null));
    }

    [Fact]
    public async Task Hints_that_are_not_taken_are_dropped_the_oldest_first()
    {
        var hints = new Hints(2);
        await using var listener = hints.ListenAsync(CancellationToken.None).GetAsyncEnumerator();
        var first = listener.MoveNextAsync().AsTask();
        await Wait.Until(
            () =>
            {
                hints.Give(new TypingPush(new(1), new(0)));
                return first.IsCompleted;
            },
            () => "first hint");

        for (var i = 1; i <= 5; i++)
        {
            hints.Give(new TypingPush(new(1), new(i)));
        }

        await listener.MoveNextAsync();
        listener.Current.ShouldBe(new TypingPush(new(1), new(4)));
    }

    [Fact]
    public async Task Disposed_client_closes_its_connection_and_ends_all_who_wait()
    {
        var closed = Source();
        var play = await ClientPlay.StartAsync(_ => async peer =>
        {
            await AttachAndStayAsync(peer);
            closed.SetResult();
        });
        await play.StartClientAsync();
        await play.NextAsync(ClientState.Online);
        var events = FirstAsync(play.Client.Events(new(1), 0));
        var hints = FirstAsync(play.Client.HintsAsync());
        var send = play.Client.SendAsync(new(1), "never answered");

        await play.DisposeAsync();

        await Wait.For(closed.Task, "end of the connection");
        await Should.ThrowAsync<ClientEndedException>(Wait.For(events, "end of the events"));
        await Should.ThrowAsync<ClientEndedException>(Wait.For(hints, "end of the hints"));
        var failed = await Should.ThrowAsync<SendFailedException>(Wait.For(send, "end of the send"));
        (failed.Code, failed.OutcomeUnknown).ShouldBe((CallFailedException.ClientEnded, true));
        (await play.NextAsync(ClientState.Ended)).End.ShouldBe(ClientEnd.Disposed);
        await play.Client.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_enumerated_before_the_start_and_nobody_signs_in_after_it()
    {
        await using var play = await ClientPlay.StartAsync(_ => AttachAndStayAsync);
        await Should.ThrowAsync<InvalidOperationException>(() => FirstAsync(play.Client.Events(new(1), 0)));
        await Should.ThrowAsync<InvalidOperationException>(() => FirstAsync(play.Client.AllEvents()));
        play.Client.Status.State.ShouldBe(ClientState.NotStarted);

        await play.StartClientAsync();
        await play.Client.StartAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => play.Client.SignInAsync(new("ann", "password")));
    }

    [Fact]
    public async Task Nobody_signed_in_is_told_at_the_start()
    {
        await using var client = new ChatClient(new() { Server = new("http://chat.test/") });

        (await Should.ThrowAsync<ClientEndedException>(client.StartAsync())).End.ShouldBe(ClientEnd.SignedOut);
    }

    private static async Task AttachAndStayAsync(ScriptedServer.Peer peer)
    {
        await peer.AttachAsync();
        await peer.WaitForEndAsync();
    }

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
        {
            return item;
        }

        throw new InvalidOperationException("The enumeration was empty.");
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
