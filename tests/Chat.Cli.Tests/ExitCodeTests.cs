using Chat.Cli.Tests.Support;
using Chat.Contracts;

namespace Chat.Cli.Tests;

/// <summary>What the program ends with when something is in the way. What commands themselves refuse is tested with them.</summary>
public sealed class ExitCodeTests(SharedServer shared) : CliTest(shared)
{
    [Fact]
    public async Task Server_that_is_not_there_is_code_6()
    {
        var user = await NewUserAsync();
        await using var gone = new OddServer(200, "text/plain", "");
        await user.Chat.KeepAsync(gone.Address, await SessionAsync(user));
        await gone.DisposeAsync();

        (await user.Chat.RunAsync("rooms")).With(ExitCode.Unreachable, "chat: cli.unreachable: ");
        (await user.Chat.RunAsync("tail", "1")).With(ExitCode.Unreachable, "chat: cli.unreachable: ");
        (await user.Chat.RunAsync("send", "1", "x", "--timeout", "4")).With(ExitCode.Unreachable, "chat: cli.unreachable: ");
        (await NewProgram().RunWithAsync(Password, "login", "-u", "ann", "--password-stdin", "--server", gone.Address.ToString()))
            .With(ExitCode.Unreachable, "chat: cli.unreachable: ");
    }

    [Fact]
    public async Task Server_that_stands_still_is_code_6_after_the_time_given()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var user = await NewUserAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        await user.Chat.KeepAsync(server.Address, await new Client.ChatApi(http).RegisterAsync(new("ann", Password)));
        server.Freeze();

        (await user.Chat.RunAsync("rooms", "--timeout", "0.5")).With(ExitCode.Unreachable, "chat: cli.timeout: ");
        (await user.Chat.RunAsync("send", "1", "x", "--timeout", "2", "--client-id", "key")).With(ExitCode.Unreachable, "chat: cli.timeout: ")
            .Err.ShouldContain("--client-id key");
    }

    [Theory]
    [InlineData(200, "text/html", "<html>", ExitCode.Unexpected, "cli.no_server")]
    [InlineData(404, "text/html", "<html>", ExitCode.Unexpected, "cli.no_server")]
    [InlineData(401, "text/html", "<html>", ExitCode.Unexpected, "cli.no_server")]
    [InlineData(502, "text/html", "<html>", ExitCode.Unreachable, "cli.unreachable")]
    [InlineData(503, "application/problem+json", """{"type":"t","title":"t","status":503,"code":"storage.unavailable"}""", ExitCode.Unreachable, "storage.unavailable")]
    [InlineData(429, "application/problem+json", """{"type":"t","title":"t","status":429,"code":"rate.limited"}""", ExitCode.Unreachable, "rate.limited")]
    [InlineData(404, "application/problem+json", """{"type":"t","title":"t","status":404,"code":"room.not_found"}""", ExitCode.NotFound, "room.not_found")]
    [InlineData(409, "application/problem+json", """{"type":"t","title":"t","status":409,"code":"tea.pot"}""", ExitCode.Refused, "tea.pot")]
    public async Task Answer_decides_the_code(int status, string type, string body, object exit, string code)
    {
        await using var server = new OddServer(status, type, body);
        var user = await NewUserAsync();
        await user.Chat.KeepAsync(server.Address, await SessionAsync(user));

        (await user.Chat.RunAsync("users")).With((ExitCode)exit, $"chat: {code}: ");
    }

    [Fact]
    public async Task Command_line_that_is_wrong_is_code_2_and_prints_no_data()
    {
        var chat = NewProgram();
        foreach (var arguments in new[] { [], ["rom"], ["rooms", "extra"], ["--json"], ["users", "--limit", "0"], ["history", "x", "--timeout", "-1"], new[] { "join" } })
        {
            (await chat.RunAsync(arguments)).With(ExitCode.Usage, "chat: cli.usage: ").Out.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Help_and_version_are_data()
    {
        var chat = NewProgram();

        (await chat.DoneAsync("--version")).Out.ShouldStartWith("0.");
        (await chat.DoneAsync("--help")).Out.ShouldContain("chat send Lobby");
        (await chat.DoneAsync("send", "-h")).Out.ShouldContain("journalctl -f | chat send --lines ops");
    }

    [Fact]
    public async Task Signals_end_what_waits()
    {
        var ann = await NewUserAsync();
        await ann.NewRoomAsync("ops");
        foreach (var (signal, exit) in new[] { (ProcessSignal.Interrupt, ExitCode.Interrupted), (ProcessSignal.Terminate, ExitCode.Terminated) })
        {
            await using var sending = ann.Chat.Start("send", "ops", "--lines", "--json");
            await sending.WriteAsync("x\n");
            await sending.UntilLinesAsync(1);

            sending.Signal(signal);

            (await sending.EndAsync()).With(exit);
        }
    }

    private async Task<AuthResponse> SessionAsync(CliUser user) => await Anonymous.LoginAsync(new(user.Name, Password));
}
