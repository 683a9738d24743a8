using Chat.Cli.Sessions;

namespace Chat.Cli.Tests;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:8080/", "localhost-8080")]
    [InlineData("localhost:8080", "http://localhost:8080/", "localhost-8080")]
    [InlineData("127.0.0.1:1", "http://127.0.0.1:1/", "127.0.0.1-1")]
    [InlineData("[::1]:8080", "http://[::1]:8080/", "1--8080")]
    [InlineData("chat.example.org", "https://chat.example.org/", "chat.example.org")]
    [InlineData("https://chat.example.org:443/", "https://chat.example.org/", "chat.example.org")]
    [InlineData("HTTPS://Chat.Example.ORG:8443/a/b", "https://chat.example.org:8443/a/b/", "chat.example.org-8443-a-b")]
    public void Addresses_are_taken_as_people_write_them(string text, string address, string profile)
    {
        var server = ServerAddress.Parse(text);
        server.ShouldBe(new Uri(address));
        ServerAddress.ProfileOf(server).ShouldBe(profile);
        Profiles.IsName(profile).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://example.org")]
    [InlineData("http://ann:secret@example.org")]
    [InlineData("http://example.org/?q")]
    [InlineData("http://")]
    [InlineData("a b")]
    public void What_is_no_address_is_a_wrong_command_line(string text) =>
        Should.Throw<CliException>(() => ServerAddress.Parse(text)).Exit.ShouldBe(ExitCode.Usage);

    [Theory]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("한국")]
    public void Profiles_are_called_as_files_may_be(string name) => Profiles.IsName(name).ShouldBeFalse();
}
