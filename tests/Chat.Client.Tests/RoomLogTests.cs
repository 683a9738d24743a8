using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Client.Tests;

public sealed class RoomLogTests
{
    [Fact]
    public void Next_is_applied_lower_ignored_and_higher_a_gap()
    {
        var cursor = new RoomCursor(4);

        cursor.Advance(4).ShouldBe(CursorStep.Seen);
        cursor.Advance(6).ShouldBe(CursorStep.Gap);
        cursor.Seq.ShouldBe(4);
        cursor.Advance(5).ShouldBe(CursorStep.Apply);
        cursor.Advance(6).ShouldBe(CursorStep.Apply);
        cursor.Advance(1).ShouldBe(CursorStep.Seen);
        cursor.Seq.ShouldBe(6);
    }

    [Fact]
    public void Whatever_is_pushed_the_log_holds_each_event_once_in_order()
    {
        var pushes = Gen.Choose(1, 12).Select(i => (long)i).ListOf().ToArbitrary();
        Prop.ForAll(pushes, seqs =>
        {
            var applied = new List<long>();
            var log = new RoomLog(new(1), 0, e => applied.Add(e.Seq));
            var gaps = seqs.Count(seq => !log.Take([Event(seq)]));

            // What a client that drops nothing and reorders nothing would hold.
            var expected = 0L;
            var beyond = 0;
            foreach (var seq in seqs)
            {
                expected += seq == expected + 1 ? 1 : 0;
                beyond += seq > expected ? 1 : 0;
            }

            return applied.SequenceEqual(Enumerable.Range(1, (int)expected).Select(i => (long)i))
                && log.Cursor == expected
                && gaps == beyond;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Gap_is_closed_by_Sync_page_by_page()
    {
        var asked = new List<string>();
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            for (var page = 0; page < 3; page++)
            {
                asked.Add(await peer.NextAsync() ?? "closed");
                var events = string.Join(',', Enumerable.Range((page * 2) + 1, 2).Select(seq =>
                    $$"""{"seq":{{seq}},"kind":"pin","at":"2026-11-21T03:00:00.000Z","by":"5","target":1,"on":true}"""));
                await peer.SendAsync($$"""
                    {"type":3,"invocationId":"{{page + 1}}","result":[{"roomId":"1","lastSeq":6,"events":[{{events}}],"more":{{(page < 2 ? "true" : "false")}},"reset":false}]}
                    """);
            }

            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Deaf());
        var applied = new List<long>();
        var log = new RoomLog(new(1), 0, e => applied.Add(e.Seq));

        log.Take([Event(6)]).ShouldBeFalse();
        (await log.CatchUpAsync(connection).WaitAsync(Wait.Limit)).ShouldBeNull();

        applied.ShouldBe([1, 2, 3, 4, 5, 6]);
        asked.Select(a => a![a.IndexOf('[')..]).ShouldBe(["""[{"1":0}]}""", """[{"1":2}]}""", """[{"1":4}]}"""]);
    }

    [Fact]
    public async Task Event_pushed_while_the_Sync_that_lacks_it_is_under_way_is_synced_too()
    {
        RoomLog? log = null;
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.NextAsync();
            await peer.SendAsync(
                """{"type":1,"target":"events","arguments":["1",[{"seq":2,"kind":"pin","at":"2026-11-21T03:00:00.000Z","by":"5","target":1,"on":true}]]}""",
                Answer(1, 1));
            await peer.NextAsync();
            await peer.SendAsync(Answer(2, 2));
            await peer.NextAsync();
        });
        var applied = new List<long>();
        log = new RoomLog(new(1), 0, e => applied.Add(e.Seq));
        await using var connection = await server.ConnectAsync(new Following(() => log));

        (await log.CatchUpAsync(connection).WaitAsync(Wait.Limit)).ShouldBeNull();

        applied.ShouldBe([1, 2]);

        static string Answer(int call, int seq) =>
            $$$"""{"type":3,"invocationId":"{{{call}}}","result":[{"roomId":"1","lastSeq":{{{seq}}},"events":[{"seq":{{{seq}}},"kind":"pin","at":"2026-11-21T03:00:00.000Z","by":"5","target":1,"on":true}],"more":false,"reset":false}]}""";
    }

    [Fact]
    public async Task Reset_is_handed_to_the_caller()
    {
        await using var server = await ScriptedServer.WithSocket(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.NextAsync();
            await peer.SendAsync("""{"type":3,"invocationId":"1","result":[{"roomId":"1","lastSeq":2,"events":[],"more":false,"reset":true}]}""");
            await peer.NextAsync();
        });
        await using var connection = await server.ConnectAsync(new Deaf());
        var log = new RoomLog(new(1), 99, _ => throw new InvalidOperationException("nothing may be applied"));

        var reset = await log.CatchUpAsync(connection).WaitAsync(Wait.Limit);

        reset.ShouldNotBeNull().LastSeq.ShouldBe(2);
        log.Cursor.ShouldBe(99);
    }

    private static RoomEvent Event(long seq) =>
        new() { Seq = seq, Kind = EventKind.Pin, At = DateTimeOffset.UnixEpoch, By = new(5), Target = 1, On = true };

    private sealed class Following(Func<RoomLog> log) : IHubListener
    {
        public void Take(HubPush push) => log().Take(((EventsPush)push).Events);
    }

    private sealed class Deaf : IHubListener
    {
        public void Take(HubPush push)
        {
        }
    }
}
