using System.Net.Sockets;
using Chat.Abstractions;
using Chat.Gateway.Auth;
using Chat.Gateway.Feeds;
using Chat.Gateway.Http;
using Chat.Gateway.Limits;
using Chat.Silo;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Chat.Gateway;

/// <summary>The program: puts the host together and runs it.</summary>
public static class Program
{
    private const string DefaultUrl = "http://localhost:8080";

    /// <summary>Runs the server until it is told to stop. Exit code 1, and one sentence on the error stream, when it cannot start as configured.</summary>
    public static async Task<int> Main(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>Puts the server together without starting it.</summary>
    /// <param name="args">Settings as <c>--Name=value</c>.</param>
    /// <param name="configure">Last changes to the services, for tests.</param>
    /// <exception cref="SettingsException">The configuration is wrong.</exception>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var configuration = builder.Configuration;
        if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey]) && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        if (configuration.GetSection("Kestrel").Exists())
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services
            .AddSetting(DataDirectory.Key)
            .AddSettings<GatewayOptions>(configuration, GatewayOptions.Section, options => options.Problems())
            .AddSettings<AuthOptions>(configuration, AuthOptions.Section, options => options.Problems())
            .AddSettings<FeedOptions>(configuration, FeedOptions.Section, options => options.Problems())
            .AddSettings<RateLimitOptions>(configuration, RateLimitOptions.Section, options => options.Problems());
        var data = DataDirectory.TakeIfNeeded(configuration);
        try
        {
            builder.AddSilo(data);
            if (data is not null)
            {
                builder.Services.AddSingleton(_ => data);
                builder.Services.AddSingleton<IProtectionKeys>(_ => new KeyFiles(Path.Combine(data.Path, "keys")));
            }

            builder.Services.AddGateway();
            // What Kestrel says of a malformed request quotes its first line, where a token may be.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None);
            configure?.Invoke(builder);
            Settings.RefuseUnknownKeys(builder.Services, configuration);

            var app = builder.Build();
            // Ends with the host from here on.
            _ = app.Services.GetService<DataDirectory>();
            app.UseGateway();
            return app;
        }
        catch
        {
            data?.Dispose();
            throw;
        }
    }

    /// <summary>What to tell whoever started the server; null for faults that are ours.</summary>
    private static string? Explain(Exception fault) => fault switch
    {
        SettingsException => fault.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        IOException { InnerException: AddressInUseException } => $"{fault.Message} Choose another port, or stop the other program.",
        InvalidOperationException { InnerException: FormatException or ArgumentException } => fault.Message,
        SocketException => $"The server cannot listen: {fault.Message}",
        _ => SiloHosting.Explain(fault),
    };
}
