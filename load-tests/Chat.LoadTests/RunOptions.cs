using System.Net;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests;

/// <summary>What the command line says; 0 and null leave it to the scenario.</summary>
internal sealed record RunOptions
{
    /// <summary>A running server; null starts one.</summary>
    public Uri? Url { get; init; }

    /// <summary>Assembly of the server to start; null for the one built beside this program.</summary>
    public string? Server { get; init; }

    /// <summary>Further arguments of the started server.</summary>
    public IReadOnlyList<string> ServerArguments { get; init; } = [];

    /// <summary>Variables of the started server, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> ServerEnvironment { get; init; } = [];

    public int Connections { get; init; }

    public int Rooms { get; init; }

    /// <summary>How many gateways, where several are compared with one.</summary>
    public int Gateways { get; init; }

    /// <summary>Messages a second, over all rooms.</summary>
    public int Rate { get; init; }

    /// <summary>How long each measurement lasts.</summary>
    public double Seconds { get; init; }

    /// <summary>How often the measurements of a comparison alternate.</summary>
    public int Rounds { get; init; }

    /// <summary>Bytes of a message's text.</summary>
    public int TextBytes { get; init; } = 100;

    /// <summary>Whether the comparison with SignalR alone is run.</summary>
    public bool Bare { get; init; } = true;

    /// <summary>Lets the run load a machine other than this one.</summary>
    public bool AnyAddress { get; init; }

    /// <summary>Where the results go as JSON lines; null for nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>How long warming up lasts before each measurement.</summary>
    public double WarmupSeconds => Math.Min(2, SecondsOr(5) / 2);

    public int ConnectionsOr(int standard) => Connections > 0 ? Connections : standard;

    public int RoomsOr(int standard) => Rooms > 0 ? Rooms : standard;

    public int GatewaysOr(int standard) => Gateways > 0 ? Gateways : standard;

    public double SecondsOr(double standard) => Seconds > 0 ? Seconds : standard;

    public int RoundsOr(int standard) => Rounds > 0 ? Rounds : standard;

    /// <summary>Refuses what would be no test but an attack, or would not end.</summary>
    public void Check()
    {
        if (Url is { } url && !AnyAddress && !(IPAddress.TryParse(url.Host, out var address) ? IPAddress.IsLoopback(address) : url.IsLoopback))
        {
            throw new LoadTestException($"{url} is another machine; say --any-address to load it.");
        }

        if (Connections > 50_000 || Rooms > 10_000 || Rate > 100_000 || Seconds > 120 || Rounds > 20 || Gateways > 9 || TextBytes is < 16 or > 8000)
        {
            throw new LoadTestException(
                "At most 50000 connections, 10000 rooms, 100000 messages a second, 120 seconds, 20 rounds, 9 gateways, and texts of 16 to 8000 bytes.");
        }
    }
}
