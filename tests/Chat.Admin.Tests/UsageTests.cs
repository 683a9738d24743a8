using Chat.Admin.Tests.Support;
using Chat.Silo.Admin;
using Chat.Testing.Servers;

namespace Chat.Admin.Tests;

[Collection(SharedServers.Name)]
public sealed class UsageTests(AdminServers servers)
{
    private const string Secret = "not-to-be-told";

    private static readonly string[] Check = ["shards", "check"], Load = ["load", "--messages", "10"];

    [Fact]
    public async Task A_store_in_a_file_has_no_shards_and_is_not_loaded()
    {
        foreach (var command in new[] { Check, Load })
        {
            var ended = (await AdminProgramRun.RunAsync(new Dictionary<string, string>(StringComparer.Ordinal), command)).With(AdminExit.Usage);
            ended.Error.ShouldBe("chat-admin: Chat:Storage is Sqlite; this command is for a store on MySql servers (Chat:Storage=MySql)\n");
            ended.Out.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_command_line_is_said_in_one_sentence()
    {
        await using var store = servers.NewStore();
        foreach (var arguments in new[]
        {
            ["shards"], ["shard", "check"], ["shards", "check", "--fast"], ["shards", "check", "--room", "x"], ["shards", "check", "--quick", "--room", "1"],
            ["load"], ["load", "--messages", "0"], ["load", "--messages", "10", "--room", "1", "--rooms", "2"], ["load", "--messages", "10", "--room", "1", "--owner", "ann"],
            new[] { "load", "--messages", "10", "--text-bytes", "100000" },
        })
        {
            var ended = (await AdminProgramRun.RunAsync(store.Settings, arguments)).With(AdminExit.Usage);
            ended.Out.ShouldBeEmpty();
            ended.Error.ShouldStartWith("chat-admin: ");
            ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task Help_is_data()
    {
        var nothing = new Dictionary<string, string>(StringComparer.Ordinal);
        (await AdminProgramRun.RunAsync(nothing, "--help")).With(AdminExit.Done).Out.ShouldContain("shards");
        (await AdminProgramRun.RunAsync(nothing, "load", "--help")).With(AdminExit.Done).Out.ShouldContain("--text-bytes");
    }

    [Fact]
    public async Task Settings_are_taken_from_the_command_line_and_checked()
    {
        await using var store = servers.NewStore();
        store.Settings.Remove("Chat:Storage");
        (await AdminProgramRun.RunAsync(store.Settings, [.. Load, "--Chat:Storage=MySql"])).With(AdminExit.Done);
        (await AdminProgramRun.RunAsync(store.Settings, ["--Chat:Storage=MySql", .. Check])).With(AdminExit.Done);

        (await AdminProgramRun.RunAsync(store.Settings, [.. Check, "--Chat:Storage=MySql", "--Chat:MySql:Rooms:1:From=130"])).With(AdminExit.Usage)
            .Error.ShouldContain("Chat:MySql:Rooms has no place for the logical shards 128 to 129.");
        (await AdminProgramRun.RunAsync(store.Settings, [.. Check, "--Chat:Storage=MySql", "--Chat:MySql:Rums=1"])).With(AdminExit.Usage).Error.ShouldContain("Rums");
    }

    [Fact]
    public async Task A_database_without_a_schema_is_named()
    {
        await using var store = servers.NewStore();

        (await AdminProgramRun.RunAsync(store.Settings, Check)).With(AdminExit.Refused).Error.ShouldContain("has no schema of users: a server that starts makes it.");
    }

    [Fact]
    public async Task Servers_that_do_not_answer_or_refuse_are_named_and_no_password_is()
    {
        await using var store = servers.NewStore();
        var port = TestServer.FreePort();
        store.Settings["Chat:MySql:Users:1:ConnectionString"] = $"Server=127.0.0.1;Port={port};User ID=root;Password={Secret};Database=away_users;SslMode=None";
        await OneSentenceAsync($"127.0.0.1:{port}");

        store.Settings["Chat:MySql:Users:1:ConnectionString"] = servers.Second.ConnectionString("wrong_users") + $";Password={Secret}";
        await OneSentenceAsync($"127.0.0.1:{servers.Second.Port}");

        async Task OneSentenceAsync(string server)
        {
            foreach (var command in new[] { Load, Check })
            {
                var ended = (await AdminProgramRun.RunAsync(store.Settings, command)).With(AdminExit.Unavailable);
                ended.Error.ShouldContain(server);
                ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldStartWith("chat-admin: ");
                (ended.Out + ended.Error).ShouldNotContain(Secret);
            }
        }
    }
}
