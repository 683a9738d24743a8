namespace Chat.Gateway.Tests;

public sealed class OriginCheckTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private SignedIn _user = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync("--Chat:AllowedOrigins:0=https://app.example");
        _user = await _host.RegisterAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("https://app.example.evil.example")]
    [InlineData("https://app.example:444")]
    public async Task Pages_of_other_origins_may_not_connect(string origin) =>
        (await NegotiateAsync(origin)).ShouldBeProblem(403, "origin.forbidden");

    [Fact]
    public async Task The_gateways_own_page_and_listed_ones_and_programs_may_connect()
    {
        foreach (var origin in new[] { _host.Address.GetLeftPart(UriPartial.Authority), "https://app.example", null })
        {
            (await NegotiateAsync(origin)).Status.ShouldBe(200);
        }
    }

    private async Task<Reply> NegotiateAsync(string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/chat/negotiate?negotiateVersion=1");
        request.Headers.Authorization = new("Bearer", _user.Token);
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin).ShouldBeTrue();
        }

        return await Reply.ReadAsync(await _host.Client.SendAsync(request));
    }
}
