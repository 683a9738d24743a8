using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Hosting;
using Chat.Gateway.Http;
using Chat.Gateway.Hub;
using Chat.Gateway.Limits;
using Chat.Gateway.Rest;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Chat.Gateway;

/// <summary>Puts the gateway into a host: services, then the way of a request through them.</summary>
internal static class GatewayHosting
{
    private const string Hubs = "/hubs";

    /// <summary>Adds everything of the gateway's. Stores, grains, backplane and ids are the silo's, or those of a client to it.</summary>
    /// <param name="services">Where to register.</param>
    public static void AddGateway(this IServiceCollection services)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<MemberNames>();
        services.ConfigureHttpJsonOptions(options => ChatJson.Configure(options.SerializerOptions));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ChatLimits>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.Value.RequestBodyBytes;
        });
        services.AddResponseCompression(options =>
        {
            // Nothing that a page of another origin can make a browser fetch holds a secret: there are no cookies.
            options.EnableForHttps = true;
            options.MimeTypes = [.. Microsoft.AspNetCore.ResponseCompression.ResponseCompressionDefaults.MimeTypes, Problems.MediaType];
        });
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<GatewayOptions>>((forwarded, options) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in options.Value.Proxies)
            {
                if (System.Net.IPAddress.TryParse(proxy, out var address))
                {
                    forwarded.KnownProxies.Add(address);
                }
                else
                {
                    forwarded.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
                }
            }
        });
        services.AddChatOpenApi();
        AddSignIn(services);
        services.AddChatHub();

        services.AddSingleton<Drain>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<IHostLifetime, DrainingLifetime>();
        // With the time for draining, within the ten seconds that a stop may take.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(6));
    }

    /// <summary>The way of a request, in order.</summary>
    public static void UseGateway(this WebApplication app)
    {
        app.UseMiddleware<FaultEdge>();
        if (app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseMiddleware<SecurityHeaders>();
        // Tokens are not compressed beside what others may choose.
        app.UseWhen(
            http => !http.Request.Path.StartsWithSegments("/api/auth") && !http.Request.Path.StartsWithSegments(Hubs),
            branch => branch.UseResponseCompression());
        app.UseWebPage();
        app.UseRouting();
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Hubs), branch => branch.UseMiddleware<OriginCheck>());
        app.UseAuthentication();
        app.UseMiddleware<SessionCheck>();
        app.UseMiddleware<CallLimits>();
        app.UseAuthorization();

        app.MapChatHub().WithCost(RateKind.Connect);
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        var api = app.MapGroup("/api").RequireAuthorization();
        api.MapAuth();
        api.MapUsers();
        api.MapRooms();
        api.MapMembers();
        api.MapMessages();
    }

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Chat");
        services.AddOptions<KeyManagementOptions>().Configure<IProtectionKeys>((options, keys) => options.XmlRepository = new KeyRing(keys));
        services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken(options =>
            options.Events.OnMessageReceived = context =>
            {
                // Only where browsers cannot send the header.
                if (context.Request.Path.StartsWithSegments(Hubs) && context.HttpContext.Features.Get<QueryToken>() is { Token: { } token })
                {
                    context.Token = token;
                    // Done with; the request of a WebSocket lives as long as the connection.
                    context.HttpContext.Features.Set<QueryToken>(null);
                }

                return Task.CompletedTask;
            });
        services.AddAuthorization();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, SignInRequired>();
        services.AddSingleton<IHttpContextFactory, QueryTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<SignIn>();
        services.AddSingleton(provider => new Admins(
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value.Admins.Select(name => name.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal)));
        services.AddSingleton(provider =>
        {
            var auth = provider.GetRequiredService<IOptions<AuthOptions>>().Value;
            return new SessionCacheLimits(auth.SessionCache, auth.SessionRecheck);
        });
        services.AddSingleton<SessionGate>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SessionGate>());
    }
}
