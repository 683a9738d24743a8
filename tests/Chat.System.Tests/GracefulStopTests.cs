using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>SIGTERM under load: goodbye, everything acknowledged on disk, out within ten seconds.</summary>
[Collection(nameof(Alone))]
public sealed class GracefulStopTests(ITestOutputHelper output) : SystemTest(output)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Stopped_under_load_says_bye_loses_nothing_and_exits_with_0()
    {
        var seed = Random.Shared.Next();
        var reader = await NewUserAsync("reader");
        var users = await NewUsersAsync(4, "sender");
        var rooms = new[] { await NewRoomAsync(RoomKind.Public, reader, users), await NewRoomAsync(RoomKind.Private, reader, users) };
        var listeners = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => reader.OpenAsync()));
        var storms = users.Select((user, i) => new SendStorm(user, rooms, new Random(seed + i))).ToArray();
        var left = 200;
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var never = new CancellationTokenSource();
        var running = storms.Select(s => RunToTheEndAsync(s, () =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                loaded.TrySetResult();
            }
        })).ToArray();
        await Wait.For(loaded.Task, "200 acknowledgements");

        (await Server.StopAsync(Promised)).ShouldBe(0, Server.Tail());

        foreach (var listener in listeners)
        {
            var close = await Wait.For(listener.Connection.Closed, "end of a connection");
            close.Bye.ShouldNotBeNullOrEmpty($"a connection ended without a goodbye: {close}");
            listener.Violations.ShouldBeEmpty();
        }

        await Wait.For(Task.WhenAll(running), "end of the senders");
        await Server.StartAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Wait.For(Task.WhenAll(storms.Select(s => s.RunAsync(() => { }, stop.Token))), "answers to the retries");
        foreach (var room in rooms)
        {
            await Ledger.CheckAsync(reader, room, storms, $"seed {seed}");
        }

        async Task RunToTheEndAsync(SendStorm storm, Action acknowledged)
        {
            try
            {
                await storm.RunAsync(acknowledged, never.Token);
            }
            catch (HubCallException ex) when (ex.Code == "server.stopping")
            {
                // A clear refusal while stopping is as good as a closed connection.
            }
        }
    }

    [Fact]
    public async Task Second_server_on_the_same_data_is_refused_and_the_first_undisturbed()
    {
        var user = await NewUserAsync();
        var room = await NewRoomAsync(RoomKind.Private, user);
        await using var second = Server.OnTheSameData();

        (await Should.ThrowAsync<InvalidOperationException>(second.StartAsync())).Message.ShouldContain("in use");

        (await user.SayAsync(room, "still here")).Seq.ShouldBeGreaterThan(0);
    }
}
