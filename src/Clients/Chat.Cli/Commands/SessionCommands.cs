using System.CommandLine;
using Chat.Cli.Input;
using Chat.Cli.Sessions;
using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>login</c>, <c>logout</c>, <c>whoami</c>.</summary>
internal static class SessionCommands
{
    private const int LongestDevice = 64;

    public static ChatCommand Login()
    {
        var username = new Option<string?>("--username", "-u") { Description = "The user name; asked for on a terminal.", HelpName = "U" };
        var register = new Option<bool>("--register") { Description = "Sign up as a new user." };
        var displayName = new Option<string?>("--display-name") { Description = "With --register: the name that others are shown.", HelpName = "NAME" };
        var passwordStdin = new Option<bool>("--password-stdin") { Description = "Read the password from the standard input." };
        return new ChatCommand(
            "login",
            "Sign in, and keep the session for the commands that follow. A session that was kept before is ended.",
            run => LoginAsync(run, new(run.Get(username), run.Get(register), run.Get(displayName), run.Get(passwordStdin))),
            "chat login",
            "chat login --server https://chat.example.org --username ann",
            "chat login --register --username ann --display-name 'Ann Lee'",
            "pass chat/bot | chat login -u bot --password-stdin --profile bot")
        {
            username, register, displayName, passwordStdin,
        };
    }

    public static ChatCommand Logout() => new(
        "logout",
        "End the session, here and at the server.",
        async run =>
        {
            var me = run.SignedIn();
            await me.Client.SignOutAsync(run.Stop);
            run.Notes.Tell($"{me.Session.Username} is signed out of {me.Server}.");
        },
        "chat logout",
        "chat logout --profile bot");

    public static ChatCommand WhoAmI() => new(
        "whoami",
        "Say who is signed in, and where.",
        async run =>
        {
            var me = run.SignedIn();
            var profile = await me.Api.MeAsync(run.Stop);
            run.Print(profile, user => $"{user.Username} ({Output.Shown.Line(user.DisplayName)}) at {me.Server}, profile {me.Profile}");
        },
        "chat whoami",
        "chat whoami --json | jq -r .userId");

    private static async Task LoginAsync(CommandRun run, Wish login)
    {
        if (login.DisplayName is not null && !login.IsNew)
        {
            throw CliException.Usage("--display-name goes with --register");
        }

        var choice = run.Choice;
        var saved = choice.Name is null ? null : run.Profiles.Read(choice.Name);
        var server = choice.Server ?? saved?.Server ?? ServerAddress.Usual;
        var profile = choice.Name ?? ServerAddress.ProfileOf(server);
        if (saved?.Session is { } other && saved.Server != server)
        {
            throw CliException.Usage($"'{profile}' is {other.Username} at {saved.Server}: choose another --profile, or end that session with: chat logout --profile {profile}");
        }

        if (server.Scheme == "http" && !server.IsLoopback)
        {
            run.Notes.Say($"{server} is not encrypted: the password and all messages can be read on the way");
        }

        var username = login.Username ?? Prompt.Username(run.Notes, server);
        var password = login.FromStandardInput
            ? await StandardInput.ReadAllAsync(run.Stop)
            : await Prompt.PasswordAsync(run.Notes, twice: login.IsNew, run.Stop);
        var device = $"chat on {Environment.MachineName}";
        device = device[..Math.Min(device.Length, LongestDevice)];

        var client = run.Open(profile, server);
        try
        {
            var session = login.IsNew
                ? await client.RegisterAsync(new(username, password, login.DisplayName, device), run.Stop)
                : await client.SignInAsync(new(username, password, device), run.Stop);
            if (!choice.IsNamed || run.Profiles.Current is null)
            {
                run.Profiles.MakeCurrent(profile);
            }

            run.Notes.Tell($"{session.Username} is signed in to {server}, profile {profile}.");
        }
        catch (ChatApiException fault) when (fault.ErrorCode == ErrorCode.AuthInvalid)
        {
            throw new CliException(ExitCode.SignedOut, fault.Code, fault.Detail ?? fault.ErrorCode.Title, fault);
        }

        if (run.Json)
        {
            run.Screen.Json(await client.Api.MeAsync(run.Stop));
        }
    }

    private sealed record Wish(string? Username, bool IsNew, string? DisplayName, bool FromStandardInput);
}
