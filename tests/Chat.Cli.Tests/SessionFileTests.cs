using Chat.Cli.Sessions;
using Chat.Client;
using Chat.Testing.Specifications;

namespace Chat.Cli.Tests;

/// <summary>The file passes what every token store has to, and is its owner's alone.</summary>
public sealed class SessionFileTests : TokenStoreSpecification, IDisposable
{
    private static readonly Uri Server = new("http://localhost:8080/");

    private readonly string _folder = Directory.CreateTempSubdirectory("chat-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tokens_of_another_server_are_not_given_out()
    {
        await Open().ChangeAsync(_ => Task.FromResult<SessionTokens?>(SomeTokens));

        var other = new Profiles(_folder).Store("test", new("https://elsewhere.example/"));

        (await other.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Files_and_folders_are_for_their_owner_only()
    {
        await Open().ChangeAsync(_ => Task.FromResult<SessionTokens?>(SomeTokens));
        await Open().ChangeAsync(_ => Task.FromResult<SessionTokens?>(SomeTokens with { RefreshToken = "next" }));
        new Profiles(_folder).MakeCurrent("test");

        var sessions = Path.Combine(_folder, "sessions");
        File.GetUnixFileMode(sessions).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);
        files.Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["current", "test.json", "test.json.lock"]);
        files.Select(File.GetUnixFileMode).ShouldAllBe(mode => mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task Damaged_file_is_said_to_be_one()
    {
        await Open().ChangeAsync(_ => Task.FromResult<SessionTokens?>(SomeTokens));
        await File.WriteAllTextAsync(Path.Combine(_folder, "sessions", "test.json"), "{");

        (await Should.ThrowAsync<CliException>(() => Open().ReadAsync())).Message.ShouldContain("test.json is damaged");
    }

    protected override ITokenStore Open() => new Profiles(_folder).Store("test", Server);

    private static SessionTokens SomeTokens => new()
    {
        UserId = new(1), Username = "ann", SessionId = new(2), AccessToken = "a", RefreshToken = "r", ObtainedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
    };
}
