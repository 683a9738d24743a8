using Chat.Silo;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
using var data = DataDirectory.TakeIfNeeded(builder.Configuration);
builder.Services.AddSetting(DataDirectory.Key);
builder.AddSilo(data);
Settings.RefuseUnknownKeys(builder.Services, builder.Configuration);
using var host = builder.Build();
await host.RunAsync();
