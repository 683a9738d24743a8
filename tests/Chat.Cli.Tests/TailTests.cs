using System.Text.Json;
using Chat.Cli.Tests.Support;
using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Tests;

public sealed class TailTests(SharedServer shared) : CliTest(shared)
{
    private readonly HttpClient _http = shared.Http;

    [Fact]
    public async Task Events_are_printed_as_they_come_just_as_they_are_on_the_wire()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");
        var room = await ann.NewRoomAsync("Lobby", bob);
        await using var tail = ann.Chat.Start("tail", "Lobby", "--json", "--after", "0");
        await tail.UntilLinesAsync(3);

        var first = (await bob.SayAsync(room, "안녕 👋 \u001B")).Seq;
        await tail.UntilLinesAsync(4);
        await bob.Api.EditAsync(room, first, "안녕하세요");
        await ann.Api.ReactAsync(room, first, "👍", on: true);
        await ann.Api.PinAsync(room, first, on: true);
        await ann.Api.MuteAsync(room, bob.Profile.UserId, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await ann.Api.DeleteAsync(room, first);
        await tail.UntilLinesAsync(9);

        tail.Signal(ProcessSignal.Interrupt);
        (await tail.EndAsync()).Done().Err.ShouldBeEmpty();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/rooms/{room}/events");
        request.Headers.Authorization = new("Bearer", ann.Api.AccessToken);
        using var answer = await _http.SendAsync(request);
        using var log = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var wire = log.RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetRawText()).ToList();
        // The message was deleted since, and its text with it.
        tail.Lines.Where((_, i) => i is not (3 or 4)).ShouldBe(wire.Where((_, i) => i is not (3 or 4)));
        JsonSerializer.Deserialize<RoomEvent>(tail.Lines[3], ChatJson.Options)!.Message!.Text.ShouldBe("안녕 👋 \u001B");
    }

    [Fact]
    public async Task People_see_what_was_written_and_what_was_done()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");
        var room = await ann.NewRoomAsync("Lobby", bob);
        var first = (await bob.SayAsync(room, "frist")).Seq;
        await ann.Api.SendAsync(room, new("a", "two\nlines", ReplyTo: first));
        await bob.Api.EditAsync(room, first, "first");
        await ann.Api.ReactAsync(room, first, "👍", on: true);
        await ann.Api.ReactAsync(room, first, "👍", on: false);
        await ann.Api.PinAsync(room, first, on: true);
        await ann.Api.ChangeRoleAsync(room, bob.Profile.UserId, MemberRole.Admin);
        await ann.Api.UpdateRoomAsync(room, new(Topic: "Tea"));
        await bob.Api.LeaveAsync(room);

        var lines = (await ann.Chat.DoneAsync("tail", "Lobby", "--no-follow", "--after", "0")).Lines;

        lines.Skip(1).Select(line => line[15..]).ShouldBe(
        [
            $"{ann.Name} * room: Lobby",
            $"{ann.Name} * joins",
            $"{ann.Name} * adds {bob.Name}",
            $"{bob.Name} | frist",
            $"{ann.Name} | (reply to {first}) two",
            $"{"".PadRight(ann.Name.Length)} | lines",
            $"{bob.Name} * edits {first}: first",
            $"{ann.Name} * reacts to {first}: 👍",
            $"{ann.Name} * takes back from {first}: 👍",
            $"{ann.Name} * pins {first}",
            $"{ann.Name} * makes {bob.Name} admin",
            $"{ann.Name} * room: Lobby (Tea)",
            $"{bob.Name} * leaves",
        ]);
    }

    [Fact]
    public async Task Beginning_is_chosen_by_count_or_seq()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");
        for (var i = 0; i < 250; i++)
        {
            await ann.SayAsync(room, "x");
        }

        async Task<long[]> SeqsAsync(params string[] arguments) =>
            [.. (await ann.Chat.DoneAsync(["tail", "Lobby", "--no-follow", "--json", .. arguments])).Json<RoomEvent>().Select(e => e.Seq)];
        static long[] Range(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(i => (long)i)];
        (await SeqsAsync()).ShouldBe(Range(243, 252));
        (await SeqsAsync("--count", "1")).ShouldBe([252]);
        (await SeqsAsync("-n", "0")).ShouldBeEmpty();
        (await SeqsAsync("-n", "1000")).ShouldBe(Range(1, 252));
        (await SeqsAsync("--after", "250")).ShouldBe([251, 252]);
        (await SeqsAsync("--after", "0")).ShouldBe(Range(1, 252));
        (await ann.Chat.RunAsync("tail", "Lobby", "--after", "1", "--count", "1")).With(ExitCode.Usage, "--after");
        (await ann.Chat.RunAsync("tail", "Lobby", "--follow", "--no-follow")).With(ExitCode.Usage, "--no-follow");
        (await ann.Chat.RunAsync("tail", "Lobby", "--after", "999")).With(ExitCode.Refused, "chat: cli.log_reset: ");
    }

    [Fact]
    public async Task Signals_end_it_with_success()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("Lobby");
        foreach (var signal in new[] { ProcessSignal.Interrupt, ProcessSignal.Terminate })
        {
            await using var tail = ann.Chat.Start("tail", "Lobby", "--follow");
            await tail.UntilLinesAsync(3);
            tail.Signal(signal);
            (await tail.EndAsync()).Done();
        }
    }

    [Fact]
    public async Task Being_out_of_the_room_ends_it()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");
        var room = await ann.NewRoomAsync("Lobby", bob);
        (await (await NewUserAsync("eve")).Chat.RunAsync("tail", room.ToString())).With(ExitCode.Refused, "chat: room.forbidden: ");
        await using var tail = bob.Chat.Start("tail", "Lobby", "--json");
        await tail.UntilLinesAsync(3);

        await ann.Api.RemoveMemberAsync(room, bob.Profile.UserId);

        var ended = (await tail.EndAsync()).With(ExitCode.NotFound, "not in the room any more");
        ended.Json<RoomEvent>()[^1].Change.ShouldBe(MemberChange.Removed);
    }

    [Fact]
    public async Task End_of_the_session_ends_it()
    {
        var ann = await NewUserAsync("ann");
        await ann.NewRoomAsync("Lobby");
        await using var tail = ann.Chat.Start("tail", "Lobby", "--json");
        await tail.UntilLinesAsync(2);

        await ann.Api.EndSessionAsync((await ann.Api.SessionsAsync()).Items.Single().SessionId);

        (await tail.EndAsync()).With(ExitCode.SignedOut, "chat login");
    }

    [Fact]
    public async Task Killed_server_costs_a_pause_and_no_event()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        var auth = await new ChatApi(http).RegisterAsync(new("ann", Password));
        var api = new ChatApi(http, auth.AccessToken);
        var room = (await api.CreateRoomAsync(new(RoomKind.Public, "Lobby"))).RoomId;
        using var chat = new ChatProgram();
        await chat.KeepAsync(server.Address, auth);
        await using var tail = chat.Start("tail", "Lobby", "--json", "--after", "0");
        await using var sending = chat.Start("send", "Lobby", "--lines", "--client-id", "run");
        await sending.WriteAsync("one\n");
        await tail.UntilLinesAsync(3);

        await server.KillAsync();
        await tail.UntilAsync(t => t.Err.Contains("connecting again", StringComparison.Ordinal), "word of the lost connection");
        await sending.WriteAsync("two\n");
        await server.StartAsync();
        await sending.WriteAsync("three\n");
        sending.EndInput();

        (await sending.EndAsync()).Done();
        await tail.UntilLinesAsync(5);
        tail.Signal(ProcessSignal.Interrupt);
        var events = (await tail.EndAsync()).Done().Json<RoomEvent>();
        events.Select(e => e.Seq).ShouldBe([1, 2, 3, 4, 5]);
        events.Skip(2).Select(e => e.Message!.Text).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Server_that_stays_away_ends_it_after_the_time_given()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        var auth = await new ChatApi(http).RegisterAsync(new("ann", Password));
        await new ChatApi(http, auth.AccessToken).CreateRoomAsync(new(RoomKind.Public, "Lobby"));
        using var chat = new ChatProgram();
        await chat.KeepAsync(server.Address, auth);
        await using var tail = chat.Start("tail", "Lobby", "--timeout", "8");
        await tail.UntilLinesAsync(3);

        await server.KillAsync();

        (await tail.EndAsync()).With(ExitCode.Unreachable, "chat: cli.unreachable: ");
    }
}
