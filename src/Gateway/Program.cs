using Chat.Gateway.Limits;
using Chat.Silo;

namespace Chat.Gateway;

/// <summary>The program: puts the host together and runs it.</summary>
public static class Program
{
    /// <summary>Runs the server until it is told to stop.</summary>
    public static async Task<int> Main(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
        return 0;
    }

    /// <summary>Puts the server together without starting it.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddSilo();
        builder.Services.AddSettings<RateLimitOptions>(builder.Configuration, RateLimitOptions.Section, options => options.Problems());
        builder.Services.AddSingleton<RateLimits>();
        Settings.RefuseUnknownKeys(builder.Services, builder.Configuration);
        return builder.Build();
    }
}
