using Chat.Cli.Tests.Support;
using Chat.Contracts;

namespace Chat.Cli.Tests;

/// <summary>What a terminal, a pipe or a file gets to see.</summary>
public sealed class TerminalTests(SharedServer shared) : CliTest(shared)
{
    private const string Hostile = "\u001B]0;owned\u0007\u001B[31mred\u001B[2J\u009B1A\rover\b\u202Eevil\nnext\u007F";

    [Fact]
    public async Task Message_cannot_command_the_terminal()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");
        await ann.SayAsync(room, Hostile);
        await ann.Api.EditAsync(room, (await ann.SayAsync(room, "x")).Seq, Hostile);

        foreach (var arguments in new[] { ["history", "Lobby"], ["history", "Lobby", "--json"], new[] { "tail", "Lobby", "--no-follow" } })
        {
            var shown = (await ann.Chat.DoneAsync(arguments)).Out;
            shown.ShouldContain("]0;owned");
            shown.Where(c => char.IsControl(c) && c != '\n').ShouldBeEmpty();
        }

        (await ann.Chat.DoneAsync("history", "Lobby", "--json")).Json<Message>()[0].Text.ShouldBe(Hostile);
        var terminal = await OnTerminalAsync(ann, "NO_COLOR=1 $CHAT history Lobby");
        terminal.ShouldContain("␛]0;owned␇␛[31mred␛[2J\uFFFD1A␍over␈evil");
        terminal.ShouldNotContain("\u001B");
    }

    [Fact]
    public async Task Hostile_server_cannot_command_the_terminal()
    {
        await using var refusing = new OddServer(
            403, "application/problem+json", """{"type":"x","title":"t","status":403,"code":"\u001b[1m","detail":"\u001b[31mred\u0007\nchat: next"}""");
        var chat = NewProgram();
        await chat.KeepAsync(refusing.Address, SomeSession);

        var ended = (await chat.RunAsync("rooms")).With(ExitCode.Refused);

        ended.Err.ShouldBe("chat: ␛[1m: ␛[31mred␇␊chat: next\n");
        await using var listing = new OddServer(
            200, "application/json", """{"items":[{"userId":"7","username":"a\u001bnn","displayName":"\u001b[2J","status":"\u009b"}],"next":null}""");
        await chat.KeepAsync(listing.Address, SomeSession, "listing");
        (await chat.DoneAsync("users")).Lines[1].ShouldBe("a␛nn  ␛[2J  7   \uFFFD");
    }

    [Fact]
    public async Task Colours_are_for_terminals_whose_user_wants_them()
    {
        var ann = await NewUserAsync();
        await ann.SayAsync(await ann.NewRoomAsync("Lobby"), "hello");

        (await OnTerminalAsync(ann, "$CHAT history Lobby")).ShouldContain("\u001B[");
        (await OnTerminalAsync(ann, "NO_COLOR=1 $CHAT history Lobby")).ShouldNotContain("\u001B[");
        (await OnTerminalAsync(ann, "TERM=dumb $CHAT history Lobby")).ShouldNotContain("\u001B[");
        (await OnTerminalAsync(ann, "$CHAT history Lobby | cat")).ShouldNotContain("\u001B[");
    }

    [Fact]
    public async Task Long_lines_are_folded_on_a_terminal_and_stay_whole_elsewhere()
    {
        var ann = await NewUserAsync("a");
        var room = await ann.NewRoomAsync("Lobby");
        await ann.SayAsync(room, "이 문장은 좁은 단말기에 들어가지 않는다 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧");

        var lines = (await OnTerminalAsync(ann, "stty cols 50; NO_COLOR=1 $CHAT history Lobby")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBeGreaterThan(3);
        lines.Select(line => Output.CellWidth.Of(line)).ShouldAllBe(cells => cells <= 50);
        lines.Skip(1).Select(line => Output.CellWidth.Of(line.AsSpan(0, line.IndexOf('|', StringComparison.Ordinal)))).Distinct().Count().ShouldBe(1);
        string.Concat(lines).ShouldNotContain("\uFFFD");
        (await ann.Chat.DoneAsync("history", "Lobby")).Lines.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Reader_that_has_enough_ends_it_quietly()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");
        for (var i = 0; i < 40; i++)
        {
            await ann.SayAsync(room, new string('x', 4000));
        }

        await using var shell = ann.Chat.StartShell("\"$CHAT\" history Lobby | head -n 1 >/dev/null; echo \"${PIPESTATUS[0]}\"");

        var ended = await shell.EndAsync();
        ended.Out.ShouldBe("0\n");
        ended.Err.ShouldBeEmpty();
    }

    [Fact]
    public async Task Sending_goes_on_without_a_reader()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");

        await using var shell = ann.Chat.StartShell("printf '%s\\n' 1 2 3 | \"$CHAT\" send Lobby --lines --json | true; echo \"${PIPESTATUS[1]}\"");

        (await shell.EndAsync()).ShouldBe(new Ended(0, "0\n", ""));
        (await ann.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items.Select(m => m.Text).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Program_without_an_output_does_its_work()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");

        await using var shell = ann.Chat.StartShell("\"$CHAT\" send Lobby x --json >&-; echo $?");

        (await shell.EndAsync()).ShouldBe(new Ended(0, "0\n", ""));
        (await ann.Api.MessagesAsync(room, Client.MessageRange.Newest)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Full_disk_is_said_and_no_success()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("Lobby");

        await using var shell = ann.Chat.StartShell("\"$CHAT\" rooms >/dev/full");

        (await shell.EndAsync()).With(ExitCode.Unexpected, "chat: cli.failed: ");
    }

    [Fact]
    public async Task Output_is_put_behind_what_a_file_holds()
    {
        var ann = await NewUserAsync();

        await using var shell = ann.Chat.StartShell("{ echo before; \"$CHAT\" whoami; \"$CHAT\" whoami; echo after; } >out; cat out");

        var lines = (await shell.EndAsync()).Done().Lines;
        lines.Count.ShouldBe(4);
        (lines[0], lines[1], lines[3]).ShouldBe(("before", lines[2], "after"));
    }

    private static AuthResponse SomeSession => new(new(new(1), "ann", "Ann"), new(2), "access", "refresh", 900);

    private static async Task<string> OnTerminalAsync(CliUser user, string commandLine)
    {
        await using var terminal = user.Chat.StartTerminal(commandLine);
        // .NET's own, when it is asked for the width of a terminal.
        return (await terminal.EndAsync()).Done().Out.Replace("\u001B[?1h\u001B=", "", StringComparison.Ordinal);
    }
}
