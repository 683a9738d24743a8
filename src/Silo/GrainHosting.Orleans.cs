using System.Globalization;
using System.Net;
using Chat.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Chat.Silo;

/// <summary>
/// Runs the grains in a Microsoft Orleans cluster whose membership is kept in MySQL. Its twin for one process is GrainHosting.Local.cs; the
/// build takes one of them. Written to the reference of Orleans 10 (UseOrleans, UseAdoNetClustering, AddJsonSerializer).
/// </summary>
internal static class GrainHosting
{
    private const string MembershipKey = "Chat:Orleans:ConnectionString";
    private const string SiloPortKey = "Chat:Orleans:SiloPort";
    private const string GatewayPortKey = "Chat:Orleans:GatewayPort";
    private const string AddressKey = "Chat:Orleans:Address";

    public static void AddGrainHost(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var membership = configuration[MembershipKey]
            ?? throw new SettingsException($"{MembershipKey} is missing: silos find one another in a MySQL database.");
        builder.Services.AddSetting(MembershipKey).AddSetting(SiloPortKey).AddSetting(GatewayPortKey).AddSetting(AddressKey);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = "chat";
                options.ServiceId = "chat";
            });
            silo.UseAdoNetClustering(options =>
            {
                options.Invariant = "MySql.Data.MySqlClient";
                options.ConnectionString = membership;
            });
            silo.Configure<EndpointOptions>(options =>
            {
                options.SiloPort = Port(configuration[SiloPortKey], EndpointOptions.DEFAULT_SILO_PORT);
                options.GatewayPort = Port(configuration[GatewayPortKey], EndpointOptions.DEFAULT_GATEWAY_PORT);
                if (configuration[AddressKey] is { } address)
                {
                    options.AdvertisedIPAddress = IPAddress.Parse(address);
                }
            });
            // Contracts know no grain host, so their types cross grain calls in the form in which they cross the wire.
            silo.Services.AddSerializer(serializer => serializer.AddJsonSerializer(
                type => type.Namespace == typeof(UserId).Namespace, ChatJson.Options));
        });
    }

    private static int Port(string? given, int fallback) => given is null ? fallback : int.Parse(given, CultureInfo.InvariantCulture);
}
