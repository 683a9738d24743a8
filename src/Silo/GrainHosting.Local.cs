using Chat.Grains;
using Chat.Grains.Local;
using Microsoft.Extensions.Hosting;

namespace Chat.Silo;

/// <summary>Grains in this process (docs/adr/0001). The other host is in GrainHosting.Orleans.cs; the build compiles one of the two.</summary>
internal static class GrainHosting
{
    /// <summary>Adds the grain host with the grains of Chat.</summary>
    public static void AddGrainHost(this IHostApplicationBuilder builder) =>
        builder.Services.AddLocalGrains(options => options.AddGrainAssembly(typeof(RoomGrain).Assembly));
}
