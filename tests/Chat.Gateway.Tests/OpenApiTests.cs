using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Gateway.Tests;

public sealed class OpenApiTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private Reply _document = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _document = await _host.GetAsync("/openapi/v1.json");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public void It_lists_every_call_there_is()
    {
        var listed = _document.Json["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(call => $"{call.Key.ToUpperInvariant()} {path.Key.TrimEnd('/')}")).ToHashSet(StringComparer.Ordinal);
        var there = _host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText is { } route && (route.StartsWith("/api", StringComparison.Ordinal) || route.StartsWith("/health", StringComparison.Ordinal)))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"))
            .ToList();
        there.Count.ShouldBeGreaterThan(30);
        listed.ShouldBe(there, ignoreOrder: true);
    }

    [Fact]
    public void Every_call_says_what_it_answers_and_what_it_needs()
    {
        foreach (var path in _document.Json["paths"]!.AsObject())
        {
            foreach (var call in path.Value!.AsObject())
            {
                var name = $"{call.Key} {path.Key}";
                var statuses = call.Value!["responses"]!.AsObject().Select(response => response.Key).ToList();
                statuses.ShouldContain(status => status.StartsWith('2'), name);
                statuses.ShouldContain("429", name);
                var open = path.Key.StartsWith("/health", StringComparison.Ordinal)
                    || path.Key is "/api/auth/register" or "/api/auth/login" or "/api/auth/refresh" or "/api/auth/logout";
                (call.Value["security"] is not null).ShouldBe(!open, name);
                if (!open)
                {
                    statuses.ShouldContain("401", name);
                }

                if (path.Key.Contains("{roomId}", StringComparison.Ordinal))
                {
                    call.Value["responses"]!["404"]!["description"]!.GetValue<string>().ShouldContain("room.not_found", Case.Sensitive, name);
                }
            }
        }
    }

    [Fact]
    public void Ids_enums_and_problems_are_described_as_they_travel()
    {
        var schemas = _document.Json["components"]!["schemas"]!;
        schemas["RoomKind"]!["enum"]!.ToJsonString().ShouldBe("""["public","private","direct"]""");
        schemas["UserId"]!["type"]!.GetValue<string>().ShouldBe("string");
        schemas["UserId"]!["pattern"]!.GetValue<string>().ShouldBe("^[1-9][0-9]{0,18}$");
        schemas["ProblemAnswer"]!["properties"]!["code"].ShouldNotBeNull();
        _document.Json["components"]!["securitySchemes"]!["bearer"]!["scheme"]!.GetValue<string>().ShouldBe("bearer");
        _document.Json["paths"]!["/api/rooms/{roomId}/messages"]!["post"]!["responses"]!["201"]!.ToJsonString().ShouldContain("SendAck");
    }
}
