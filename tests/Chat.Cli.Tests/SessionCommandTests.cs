using Chat.Cli.Tests.Support;
using Chat.Contracts;

namespace Chat.Cli.Tests;

public sealed class SessionCommandTests(SharedServer shared) : CliTest(shared)
{
    private string Address => Server.Address.ToString();

    [Fact]
    public async Task Signing_up_keeps_a_session_that_later_commands_use()
    {
        var chat = NewProgram();
        var name = NewName("ann");

        var login = await chat.RunWithAsync($"{Password}\n", "login", "--register", "-u", name, "--display-name", "앤 リー", "--server", Address, "--password-stdin");

        login.Done().Out.ShouldBeEmpty();
        (await chat.DoneAsync("whoami")).Out.ShouldBe($"{name} (앤 リー) at {Address}, profile 127.0.0.1-{Server.Port}\n");
        var me = (await chat.DoneAsync("whoami", "--json")).Json<Profile>().Single();
        (me.Username, me.DisplayName).ShouldBe((name, "앤 リー"));
    }

    [Fact]
    public async Task Logging_in_prints_the_profile_as_json_and_no_token()
    {
        var user = await NewUserAsync("json");
        var chat = NewProgram();
        chat.Environment["CHAT_SERVER"] = Address;

        var login = await chat.RunWithAsync(Password, "login", "-u", user.Name, "--password-stdin", "--json");

        login.Done().Json<Profile>().ShouldBe([user.Profile]);
        login.Out.ShouldNotContain("token", Case.Insensitive);
    }

    [Fact]
    public async Task Wrong_password_is_code_3_and_keeps_nothing()
    {
        var user = await NewUserAsync();
        var chat = NewProgram();

        (await chat.RunWithAsync("wrong password", "login", "-u", user.Name, "--server", Address, "--password-stdin")).With(ExitCode.SignedOut, "chat: auth.invalid: ");

        (await chat.RunAsync("whoami")).With(ExitCode.SignedOut, "chat login");
    }

    [Fact]
    public async Task Taken_user_name_is_refused()
    {
        var user = await NewUserAsync();

        (await NewProgram().RunWithAsync(Password, "login", "--register", "-u", user.Name, "--server", Address, "--password-stdin"))
            .With(ExitCode.Refused, "chat: user.username_taken: ");
    }

    [Fact]
    public async Task Logging_out_ends_the_session_at_the_server()
    {
        var user = await NewUserAsync();

        (await user.Chat.DoneAsync("logout")).Out.ShouldBeEmpty();

        (await user.Chat.RunAsync("rooms")).With(ExitCode.SignedOut, "chat: cli.signed_out: ");
        (await Should.ThrowAsync<Client.ChatApiException>(user.Api.MeAsync())).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Session_ended_elsewhere_is_code_3()
    {
        var user = await NewUserAsync();
        await user.Api.EndSessionAsync((await user.Api.SessionsAsync()).Items.Single().SessionId);

        (await user.Chat.RunAsync("rooms")).With(ExitCode.SignedOut, "chat login");
        (await user.Chat.RunAsync("rooms")).With(ExitCode.SignedOut, "chat login");
    }

    [Fact]
    public async Task Logging_in_again_ends_the_session_before()
    {
        var user = await NewUserAsync();

        (await user.Chat.RunWithAsync(Password, "login", "-u", user.Name, "--password-stdin", "--profile", "test")).Done();

        (await Should.ThrowAsync<Client.ChatApiException>(user.Api.MeAsync())).Status.ShouldBe(401);
        (await user.Chat.DoneAsync("whoami")).Out.ShouldStartWith(user.Name);
    }

    [Fact]
    public async Task Profiles_hold_users_side_by_side_and_a_named_one_does_not_become_the_current_one()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob");

        (await ann.Chat.RunWithAsync(Password, "login", "-u", bob.Name, "--server", Address, "--password-stdin", "--profile", "bot")).Done();

        (await ann.Chat.DoneAsync("whoami")).Out.ShouldStartWith($"{ann.Name} ");
        (await ann.Chat.DoneAsync("whoami", "--profile", "bot")).Out.ShouldStartWith($"{bob.Name} ");
        ann.Chat.Environment["CHAT_PROFILE"] = "bot";
        (await ann.Chat.DoneAsync("whoami")).Out.ShouldStartWith($"{bob.Name} ");
        (await ann.Chat.DoneAsync("whoami", "--profile", "test")).Out.ShouldStartWith($"{ann.Name} ");
        (await ann.Chat.RunAsync("whoami", "--profile", "nobody")).With(ExitCode.SignedOut, "'nobody'");
        (await ann.Chat.RunAsync("whoami", "--server", "https://elsewhere.example", "--profile", "bot")).With(ExitCode.Usage, "elsewhere.example");
        (await ann.Chat.RunAsync("whoami", "--profile", "../bot")).With(ExitCode.Usage, "a profile's name");
    }

    [Fact]
    public async Task Profile_in_use_is_not_taken_over_for_another_server()
    {
        var user = await NewUserAsync();

        (await user.Chat.RunWithAsync(Password, "login", "-u", user.Name, "--server", "http://localhost:1", "--profile", "test", "--password-stdin"))
            .With(ExitCode.Usage, "--profile");

        (await user.Chat.DoneAsync("whoami")).Out.ShouldStartWith(user.Name);
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_asked()
    {
        var chat = NewProgram();

        (await chat.RunWithAsync(Password, "login", "--server", Address)).With(ExitCode.Usage, "--username");
        (await chat.RunWithAsync(Password, "login", "-u", "ann", "--server", Address)).With(ExitCode.Usage, "--password-stdin");
    }

    [Fact]
    public async Task Password_that_is_typed_is_not_shown()
    {
        var user = await NewUserAsync();
        var chat = NewProgram();
        await using var terminal = chat.StartTerminal($"$CHAT login --server {Address}");

        await terminal.UntilAsync(t => t.Out.Contains("User name", StringComparison.Ordinal), "question for the user name");
        await terminal.WriteAsync(user.Name + "\n");
        await terminal.UntilAsync(t => t.Out.Contains("Password: ", StringComparison.Ordinal), "question for the password");
        // With a slip of the finger, and a character that is no ASCII.
        await terminal.WriteAsync($"{Password}é\u007F\n");

        (await terminal.EndAsync()).Done().Out.ShouldNotContain("correct");
        (await chat.DoneAsync("whoami")).Out.ShouldStartWith(user.Name);
    }

    [Fact]
    public async Task Ctrl_C_at_the_question_for_the_password_ends_it()
    {
        await using var terminal = NewProgram().StartTerminal($"$CHAT login -u ann --server {Address}");
        await terminal.UntilAsync(t => t.Out.Contains("Password: ", StringComparison.Ordinal), "question for the password");

        await terminal.WriteAsync("\u0003");

        (await terminal.EndAsync()).With(ExitCode.Interrupted);
    }
}
