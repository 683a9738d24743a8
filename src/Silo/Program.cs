using Chat.Silo;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.AddSilo();
Settings.RefuseUnknownKeys(builder.Services, builder.Configuration);
using var host = builder.Build();
await host.RunAsync();
