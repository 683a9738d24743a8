using System.Text.Json;
using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 5: a client that stops reading costs the others nothing, and the server a bounded amount of memory.</summary>
[Collection(nameof(Alone))]
public sealed class StalledReaderTests(ITestOutputHelper output) : SystemTest(output)
{
    private const int Good = 200;
    private const int Noise = 1000;
    private const int NoiseBytes = 7 * 1024;
    private const int Messages = 300;
    private const int TextBytes = 2048;
    private const int AtATime = 20;
    private const long MostGrowth = 150L * 1024 * 1024;

    [Fact]
    public async Task Stalled_reader_beside_200_good_ones_harms_nobody_lags_and_catches_up()
    {
        var owner = await NewUserAsync("owner");
        var readers = await NewUsersAsync(20, "reader");
        var lazy = await NewUserAsync("lazy");
        var room = await NewRoomAsync(RoomKind.Public, owner, [.. readers, lazy]);
        var noise = await NewRoomAsync(RoomKind.Private, owner, lazy);
        var good = await Task.WhenAll(Enumerable.Range(0, Good).Select(async i =>
        {
            var counter = new Counter();
            return (Counter: counter, Connection: await readers[i % readers.Length].ConnectAsync(counter));
        }));
        await using var stalled = await RawSocket.ConnectAsync(Server, lazy.AccessToken);
        var cursors = new Dictionary<RoomId, long>
        {
            [room] = (await owner.Api.RoomAsync(room)).LastSeq, [noise] = (await owner.Api.RoomAsync(noise)).LastSeq,
        };
        var start = cursors[room];
        var before = Server.ResidentBytes;
        var peak = before;

        // The lazy one reads nothing. First its queue and the sockets are filled by a room of its own, several times over.
        await using var sender = await owner.ConnectAsync(new SendStorm.Deaf());
        for (var i = 0; i < Noise; i += AtATime)
        {
            await SendAsync(sender, owner, noise, NoiseBytes);
            peak = Math.Max(peak, Server.ResidentBytes);
        }

        var last = start;
        for (var i = 0; i < Messages; i += AtATime)
        {
            last = await SendAsync(sender, owner, room, TextBytes);
            await Wait.For(Task.WhenAll(good.Select(g => g.Counter.Reached(last))), $"event {last} at each good reader");
            peak = Math.Max(peak, Server.ResidentBytes);
        }

        good.SelectMany(g => g.Counter.Violations).ShouldBeEmpty();
        last.ShouldBe(start + Messages);
        (peak - before).ShouldBeLessThan(MostGrowth, "memory grew with what a stalled reader does not take");
        Say($"resident before {before >> 20} MiB, at most {peak >> 20} MiB");

        if (await DrainAsync(stalled, cursors))
        {
            Say("lagged, synced and goes on");
            await SyncAsync(stalled, cursors);
            cursors[room].ShouldBe(last);
            foreach (var resumed in new[] { room, noise })
            {
                // It takes pushes again, without a gap from where its Sync ended.
                var later = await owner.SayAsync(resumed, "after");
                later.Seq.ShouldBe(cursors[resumed] + 1);
                (await NextEventsAsync(stalled, resumed)).ShouldNotBeNull().ShouldBe([later.Seq]);
            }
        }
        else
        {
            Say("was closed by the server");
        }

        var applied = new List<long>();
        var log = new RoomLog(room, start, e => applied.Add(e.Seq));
        await using var again = await lazy.ConnectAsync(new SendStorm.Deaf());
        (await log.CatchUpAsync(again)).ShouldBeNull();
        applied[..Messages].ShouldBe([.. Enumerable.Range((int)start + 1, Messages).Select(i => (long)i)]);
        await Task.WhenAll(good.Select(g => g.Connection.CloseAsync()));
    }

    [Fact]
    public async Task Frozen_and_thawed_server_loses_nothing_for_those_who_stayed()
    {
        var (ann, ben) = (await NewUserAsync("ann"), await NewUserAsync("ben"));
        var room = await NewRoomAsync(RoomKind.Private, ann, ben);
        await using var device = await ben.OpenAsync();
        await using var sender = await ann.ConnectAsync(new SendStorm.Deaf());
        await sender.SendAsync(room, ann.Message("before"));

        Server.Freeze();
        var calls = Enumerable.Range(0, 50).Select(i => sender.SendAsync(room, ann.Message($"m{i}"))).ToArray();
        Server.Thaw();

        var acks = await Wait.For(Task.WhenAll(calls), "answers of the thawed server");
        acks.Select(a => a.Seq).ShouldBe(Enumerable.Range((int)acks[0].Seq, 50).Select(i => (long)i));
        await device.UntilSeqAsync(room, acks[^1].Seq);
        device.Violations.ShouldBeEmpty();
    }

    // Sends a batch; answers the last seq.
    private static async Task<long> SendAsync(HubConnection sender, TestUser owner, RoomId room, int bytes) =>
        (await Wait.For(
            Task.WhenAll(Enumerable.Range(0, AtATime).Select(i => sender.SendAsync(room, owner.Message(new string((char)('a' + i), bytes))))),
            "answers to the sends")).Max(a => a.Seq);

    // Reads what was queued before the stall, to the word in each room that it lags. False when the server has closed instead.
    private static async Task<bool> DrainAsync(RawSocket stalled, Dictionary<RoomId, long> cursors)
    {
        var lagging = new HashSet<RoomId>();
        while (lagging.Count < cursors.Count)
        {
            if (await stalled.NextAsync() is not { } message)
            {
                return false;
            }

            using var push = JsonDocument.Parse(message);
            if (!push.RootElement.TryGetProperty("target", out var target) || target.GetString() is not ("lagging" or "events"))
            {
                continue;
            }

            var arguments = push.RootElement.GetProperty("arguments");
            var room = IdText.Parse<RoomId>(arguments[0].GetString());
            if (target.GetString() == "lagging")
            {
                arguments[1].GetInt64().ShouldBe(cursors[room], "lagging says where the pushes ended");
                lagging.Add(room).ShouldBeTrue("it is said once");
                continue;
            }

            lagging.ShouldNotContain(room, "no push after the word that it lags");
            foreach (var pushed in arguments[1].EnumerateArray())
            {
                pushed.GetProperty("seq").GetInt64().ShouldBe(++cursors[room], "no gap without the word that it lags");
            }
        }

        return true;
    }

    private static async Task SyncAsync(RawSocket stalled, Dictionary<RoomId, long> cursors)
    {
        var more = cursors.Keys.ToHashSet();
        for (var call = 1; more.Count > 0; call++)
        {
            var asked = string.Join(',', more.Select(r => $"\"{r}\":{cursors[r]}"));
            var answer = await stalled.CallAsync("Sync", "[{" + asked + "}]", call.ToString());
            foreach (var result in answer.ShouldNotBeNull().GetProperty("result").EnumerateArray())
            {
                var room = IdText.Parse<RoomId>(result.GetProperty("roomId").GetString());
                foreach (var synced in result.GetProperty("events").EnumerateArray())
                {
                    synced.GetProperty("seq").GetInt64().ShouldBe(++cursors[room], "a Sync continues the cursor");
                }

                if (!result.GetProperty("more").GetBoolean())
                {
                    more.Remove(room);
                }
            }
        }
    }

    private static async Task<List<long>?> NextEventsAsync(RawSocket socket, RoomId room)
    {
        while (await socket.NextAsync() is { } message)
        {
            using var push = JsonDocument.Parse(message);
            if (push.RootElement.TryGetProperty("target", out var target) && target.GetString() == "events"
                && push.RootElement.GetProperty("arguments")[0].GetString() == room.ToString())
            {
                return [.. push.RootElement.GetProperty("arguments")[1].EnumerateArray().Select(e => e.GetProperty("seq").GetInt64())];
            }
        }

        return null;
    }

    /// <summary>A good reader, cheap enough for two hundred in one process: it reads the seqs and nothing else.</summary>
    private sealed class Counter : IHubListener
    {
        private readonly Lock _gate = new();
        private readonly List<string> _violations = [];
        private readonly List<(long Seq, TaskCompletionSource Source)> _waiting = [];
        private long _last;

        public IReadOnlyList<string> Violations
        {
            get
            {
                lock (_gate)
                {
                    return [.. _violations];
                }
            }
        }

        public Task Reached(long seq)
        {
            lock (_gate)
            {
                if (_last >= seq)
                {
                    return Task.CompletedTask;
                }

                var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((seq, source));
                return source.Task;
            }
        }

        public void Take(HubPush push)
        {
            if (push is LaggingPush lagging)
            {
                lock (_gate)
                {
                    _violations.Add($"lagging after {lagging.Seq}");
                }
            }
        }

        public bool TakeRaw(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments)
        {
            if (!target.SequenceEqual("events"u8))
            {
                return false;
            }

            lock (_gate)
            {
                var reader = new Utf8JsonReader(arguments);
                while (reader.Read())
                {
                    // Events are at depth 3: arguments, events, event.
                    if (reader is { CurrentDepth: 3, TokenType: JsonTokenType.PropertyName } && reader.ValueTextEquals("seq"u8))
                    {
                        reader.Read();
                        Next(reader.GetInt64());
                    }
                }
            }

            return true;
        }

        private void Next(long seq)
        {
            if (_last != 0 && seq != _last + 1)
            {
                _violations.Add($"{seq} after {_last}");
            }

            _last = seq;
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Seq <= seq)
                {
                    _waiting[i].Source.TrySetResult();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }
}
