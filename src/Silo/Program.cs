using Chat.Silo;
using Chat.Silo.Admin;
using Microsoft.Extensions.Hosting;

if (AdminProgram.IsMeant(args))
{
    return await AdminProgram.RunAsync(args);
}

var builder = Host.CreateApplicationBuilder(args);
using var data = DataDirectory.TakeIfNeeded(builder.Configuration);
builder.Services.AddSetting(DataDirectory.Key);
builder.AddSilo(data);
Settings.RefuseUnknownKeys(builder.Services, builder.Configuration);
using var host = builder.Build();
await host.RunAsync();
return 0;
