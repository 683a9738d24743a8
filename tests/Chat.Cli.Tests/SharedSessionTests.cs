using Chat.Cli.Sessions;
using Chat.Cli.Tests.Support;
using Chat.Client;

namespace Chat.Cli.Tests;

/// <summary>
/// Many processes of one session, on a server that ends a session at once when a refresh token is used twice, and whose access tokens live
/// for seconds.
/// </summary>
public sealed class SharedSessionTests
{
    [Fact]
    public async Task Processes_that_refresh_at_once_do_not_burn_each_others_token()
    {
        await using var server = new ServerProcess(("Chat__Auth__ReuseLeeway", "00:00:00"), ("Chat__Auth__AccessToken", "00:00:10"));
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        using var chat = new ChatProgram();
        await chat.KeepAsync(server.Address, await new ChatApi(http).RegisterAsync(new("ann", "correct horse battery")));
        var room = (await chat.DoneAsync("create", "Lobby")).Out.Trim();
        await using var tail = chat.Start("tail", room, "--json", "--after", "2");

        var store = new Profiles(chat.Config).Store("test", server.Address);
        for (var round = 1; round <= 3; round++)
        {
            await store.ChangeAsync(tokens => Task.FromResult(tokens is null ? null : tokens with { ExpiresAt = TimeProvider.System.GetUtcNow() }));
            var runs = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => chat.RunAsync("send", room, $"{round}.{i}")));
            foreach (var run in runs)
            {
                run.Done();
            }
        }

        await tail.UntilLinesAsync(12);
    }
}
