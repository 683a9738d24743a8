namespace Chat.Gateway.Tests;

/// <summary>The page, and what stands between browser and server.</summary>
public sealed class SurroundingsTests
{
    [Fact]
    public async Task The_page_is_served_at_every_address_of_its_router_and_never_kept_without_asking()
    {
        await using var host = await GatewayHost.StartAsync();
        var home = await host.GetAsync("/");
        home.Status.ShouldBe(200);
        home.MediaType.ShouldBe("text/html");
        home.Headers.CacheControl!.NoCache.ShouldBeTrue();
        (await host.GetAsync("/rooms/42")).Text.ShouldBe(home.Text);
        (await host.GetAsync("/missing.js")).Status.ShouldBe(404);
        (await host.GetAsync("/apis")).Status.ShouldBe(200);
        (await host.GetAsync("/api/rooms.html")).ShouldBeProblem(404, "request.not_found");
    }

    [Fact]
    public async Task Nothing_outside_the_page_folder_is_served()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var path in new[] { "/appsettings.json", "/../appsettings.json", "/..%2fappsettings.json", "/%2e%2e/appsettings.json", "/Chat.Gateway.dll" })
        {
            (await host.GetAsync(path)).Status.ShouldBe(404, path);
        }
    }

    [Fact]
    public async Task Forwarded_addresses_count_only_from_listed_proxies()
    {
        string[] tight = ["--Chat:RateLimits:Anonymous:Burst=1", "--Chat:RateLimits:Anonymous:PerSecond=0.01"];
        await using var open = await GatewayHost.StartAsync(tight);
        (await FromAsync(open, "203.0.113.1")).ShouldBe(401);
        (await FromAsync(open, "203.0.113.2")).ShouldBe(429);

        await using var behind = await GatewayHost.StartAsync([.. tight, "--Chat:Proxies:0=127.0.0.0/8"]);
        (await FromAsync(behind, "203.0.113.1")).ShouldBe(401);
        (await FromAsync(behind, "203.0.113.2")).ShouldBe(401);
        (await FromAsync(behind, "203.0.113.2")).ShouldBe(429);
    }

    [Fact]
    public async Task Large_answers_are_compressed_but_never_those_with_tokens()
    {
        await using var host = await GatewayHost.StartAsync();
        (await EncodingAsync(host, HttpMethod.Get, "/openapi/v1.json")).ShouldBe("br");
        (await EncodingAsync(host, HttpMethod.Post, "/api/auth/login")).ShouldBeNull();
    }

    private static async Task<int> FromAsync(GatewayHost host, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        request.Headers.Add("X-Forwarded-For", address);
        return (await Reply.ReadAsync(await host.Client.SendAsync(request))).Status;
    }

    private static async Task<string?> EncodingAsync(GatewayHost host, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Accept-Encoding", "br");
        using var response = await host.Client.SendAsync(request);
        return response.Content.Headers.ContentEncoding.SingleOrDefault();
    }
}
