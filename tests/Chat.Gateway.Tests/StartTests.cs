using System.Net;
using System.Net.Sockets;
using Chat.Silo;

namespace Chat.Gateway.Tests;

/// <summary>What the server says when it cannot start as configured.</summary>
[Collection(nameof(StartTests))]
[CollectionDefinition(nameof(StartTests), DisableParallelization = true)]
public sealed class StartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--Chat:Limit:TextBytes=5", "Chat:Limit:TextBytes", "Chat:Limits:TextBytes")]
    [InlineData("--Chat:RateLimits:Send:Bursts=5", "Chat:RateLimits:Send:Bursts", "Chat:RateLimits:Send:Burst")]
    [InlineData("--Chat:Storrage=Sqlite", "Chat:Storrage", "Chat:Storage")]
    [InlineData("--Chat:Sqlite:Pth=x", "Chat:Sqlite:Pth", "Chat:Sqlite:Path")]
    public void An_unknown_setting_is_named_with_the_nearest_one(string setting, string unknown, string nearest)
    {
        var fault = Should.Throw<SettingsException>(() => Program.Build([$"--Chat:DataDirectory={_folder}", setting]));
        fault.Message.ShouldContain($"'{unknown}'");
        fault.Message.ShouldContain($"'{nearest}'");
    }

    [Theory]
    [InlineData("--Chat:Storage=Paper", "Chat:Storage is 'Paper'")]
    [InlineData("--Chat:Backplane=Pigeons", "Chat:Backplane is 'Pigeons'")]
    public void An_unknown_adapter_is_named(string setting, string message) =>
        Should.Throw<SettingsException>(() => Program.Build([$"--Chat:DataDirectory={_folder}", setting])).Message.ShouldContain(message);

    [Theory]
    [InlineData("--Chat:Limits:TextBytes=0", "Chat:Limits:TextBytes is 0")]
    [InlineData("--Chat:Auth:PasswordIterations=1", "Chat:Auth:PasswordIterations is 1")]
    [InlineData("--Chat:RateLimits:Send:PerSecond=0", "Chat:RateLimits:Send")]
    [InlineData("--Chat:Proxies:0=nonsense", "Chat:Proxies: 'nonsense'")]
    [InlineData("--Chat:AllowedOrigins:0=app.example", "Chat:AllowedOrigins: 'app.example'")]
    [InlineData("--Chat:Ids:Lease=00:00:01", "Chat:Ids:Lease is 00:00:01")]
    [InlineData("--Chat:Housekeeping:BatchRows=0", "Chat:Housekeeping:BatchRows is 0")]
    public async Task A_value_out_of_range_ends_the_start_with_a_sentence(string setting, string message) =>
        (await RunAsync(setting)).ShouldContain(message);

    [Fact]
    public async Task A_value_of_the_wrong_type_ends_the_start_with_a_sentence() =>
        (await RunAsync("--Chat:Limits:TextBytes=many")).ShouldContain("Chat:Limits:TextBytes");

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_with_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var said = await RunAsync($"--urls=http://127.0.0.1:{port}");
        said.ShouldContain($"127.0.0.1:{port}");
        said.ShouldContain("in use");
    }

    [Fact]
    public async Task A_data_directory_in_use_ends_the_start_with_a_sentence()
    {
        using var held = DataDirectory.Take(_folder);
        (await RunAsync()).ShouldContain("in use by another process");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_ends_the_start_with_a_sentence()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        (await RunAsync($"--Chat:DataDirectory={Path.Combine(file, "data")}")).ShouldContain("cannot be made");
    }

    [Fact]
    public async Task A_database_that_is_none_ends_the_start_with_a_sentence()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "chat.db"), new string('x', 8192));
        (await RunAsync()).ShouldContain("cannot be opened");
    }

    [Fact]
    public async Task A_data_directory_is_free_again_after_a_failed_start()
    {
        await RunAsync("--Chat:Storage=Paper");
        using var held = DataDirectory.Take(_folder);
        held.Path.ShouldBe(_folder);
    }

    [Fact]
    public void Every_default_is_allowed()
    {
        new Chat.Abstractions.ChatLimits().Problems().ShouldBeEmpty();
        new Chat.Gateway.Auth.AuthOptions().Problems().ShouldBeEmpty();
        new Chat.Gateway.Limits.RateLimitOptions().Problems().ShouldBeEmpty();
        new Chat.Gateway.Http.GatewayOptions().Problems().ShouldBeEmpty();
        new Chat.Gateway.Feeds.FeedOptions().Problems().ShouldBeEmpty();
        new Chat.Workers.IdOptions().Problems().ShouldBeEmpty();
        new Chat.Workers.HousekeepingOptions().Problems().ShouldBeEmpty();
    }

    /// <summary>Runs the program, which must end with code 1, and gives what it said.</summary>
    private async Task<string> RunAsync(params string[] settings)
    {
        var before = Console.Error;
        using var said = new StringWriter();
        Console.SetError(said);
        try
        {
            (await Program.Main(["--urls=http://127.0.0.1:0", $"--Chat:DataDirectory={_folder}", "--Logging:LogLevel:Default=None", .. settings])
                .WaitAsync(Chat.Testing.Bounded.Patience)).ShouldBe(1);
        }
        finally
        {
            Console.SetError(before);
        }

        said.ToString().ShouldNotContain("   at ");
        return said.ToString();
    }
}
