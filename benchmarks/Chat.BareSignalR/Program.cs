using Chat.BareSignalR;
using Chat.Contracts;

// The same slim host, hub path and JSON as the product's; no storage, no grains, no sign-in, SignalR's own lifetime manager and groups.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddSignalR().AddJsonProtocol(json => ChatJson.Configure(json.PayloadSerializerOptions));
builder.Services.AddSingleton<BareRooms>().AddSingleton(TimeProvider.System);
var app = builder.Build();
app.MapHub<BareHub>("/hubs/chat");
app.MapGet("/health/ready", () => TypedResults.Text("ready"));
await app.RunAsync();
