using System.Text.RegularExpressions;

namespace Chat.Architecture.Tests;

/// <summary>Who may know whom: Contracts ← Abstractions ← {Grains, Adapters, Workers, Gateway} ← the hosts' Program.cs.</summary>
public sealed class LadderTests
{
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["GrainHost"] = [],
        ["Abstractions"] = ["Contracts", "GrainHost"],
        ["Grains"] = ["Contracts", "Abstractions"],
        ["Adapters"] = ["Contracts", "Abstractions"],
        ["Workers"] = ["Contracts", "Abstractions"],
        ["Silo"] = ["Contracts", "Abstractions", "GrainHost", "Grains", "Adapters", "Workers"],
        // For the sake of Program.cs alone; the mentions below hold the rest of the gateway to the ports.
        ["Gateway"] = ["Contracts", "Abstractions", "Silo"],
        ["Clients"] = ["Contracts", "Clients"],
    };

    [Fact]
    public void No_project_references_one_that_it_must_not_know()
    {
        var forbidden =
            from project in House.Projects
            where project.Layer != "Outside"
            from reference in project.References
            where !MayReference[project.Layer].Contains(House.LayerOf(reference), StringComparer.Ordinal)
            select $"{project.Path} ({project.Layer}) → {reference} ({House.LayerOf(reference)})";
        forbidden.ShouldBeEmpty("a forbidden edge");
    }

    [Fact]
    public void Contracts_reference_nothing_at_all()
    {
        var contracts = House.Projects.Single(project => project.Name == "Chat.Contracts");
        contracts.References.ShouldBeEmpty();
        contracts.Packages.ShouldBeEmpty();
        contracts.IsAspNet.ShouldBeFalse();
    }

    [Fact]
    public void ASP_NET_is_known_to_the_gateway_alone() =>
        House.Projects.Where(project => project is { Layer: not ("Outside" or "Gateway"), IsAspNet: true }).Select(project => project.Path)
            .ShouldBeEmpty("ASP.NET below the hosts");

    [Fact]
    public void Grains_know_no_driver() =>
        House.Projects.Where(project => project.Layer is "Grains" or "Abstractions")
            .SelectMany(project => project.Packages.Select(package => (project.Path, package)))
            .Where(edge => !edge.package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && !edge.package.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal))
            .Select(edge => $"{edge.Path} → {edge.package}")
            .ShouldBeEmpty("a driver where only ports may be");

    /// <summary>References are transitive, so a project could use what it does not reference: the names used are held as well.</summary>
    [Theory]
    [InlineData("src/Contracts", @"Chat\.(?!Contracts\b)[A-Z]\w*|Orleans|Microsoft\.(AspNetCore|Extensions)")]
    [InlineData("src/Grains/Abstractions", @"Chat\.(Grains|Silo|Gateway|Workers|Storage|Backplane|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Grains/Chat.Grains", @"Chat\.(Grains\.Local|Silo|Gateway|Workers|Storage|Backplane|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Grains/Local", @"Chat\.(?!Grains\.Local\b)[A-Z]\w*|Microsoft\.AspNetCore")]
    [InlineData("src/Workers", @"Chat\.(Grains|Silo|Gateway|Storage|Backplane|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Adapters/Storage.Sqlite", @"Chat\.(Grains|Silo|Gateway|Workers|Backplane|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Adapters/Storage.MySql", @"Chat\.(Grains|Silo|Gateway|Workers|Backplane|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Adapters/Backplane.Local", @"Chat\.(Grains|Silo|Gateway|Workers|Storage|Redis|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Adapters/Redis", @"Chat\.(Grains|Silo|Gateway|Workers|Storage|Backplane|State)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Adapters/State.Local", @"Chat\.(Grains|Silo|Gateway|Workers|Storage|Backplane|Redis)\b|Microsoft\.AspNetCore")]
    [InlineData("src/Silo", @"Chat\.Gateway\b|Microsoft\.AspNetCore")]
    [InlineData("src/Gateway", @"Chat\.(Silo|Grains|Workers|Storage|Backplane|Redis|State)\b", "src/Gateway/Program.cs")]
    [InlineData("src/Clients", @"Chat\.(Abstractions|Silo|Grains|Workers|Storage|Backplane|Redis|State|Gateway)\b|Microsoft\.AspNetCore")]
    public void No_file_mentions_what_its_layer_must_not_know(string folder, string names, string? except = null)
    {
        var mentions =
            from file in House.Find("*.cs", folder)
            where file != except
            from Match match in Regex.Matches(House.ReadCode(file), $@"(?<![\w.])(?:{names})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10))
            select $"{file} → {match.Value}";
        mentions.Distinct(StringComparer.Ordinal).ShouldBeEmpty("a forbidden edge");
    }

    [Fact]
    public void The_gateways_program_mentions_the_silo_and_nothing_behind_it() =>
        Regex.Matches(House.ReadCode("src/Gateway/Program.cs"), @"Chat\.(Grains|Workers|Storage|Backplane|Redis|State)\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10))
            .Select(match => match.Value).ShouldBeEmpty("a forbidden edge");

    [Fact]
    public void Every_adapter_is_held_by_the_mentions_above()
    {
        var held = typeof(LadderTests).GetMethod(nameof(No_file_mentions_what_its_layer_must_not_know))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>()
            .Select(data => (string)data.GetData(null!).Single()[0]).ToList();
        House.Projects.Where(project => project.Layer is not "Outside" && project.Name != "Chat.Grains.Local.Generator")
            .Select(project => project.Path)
            .Where(path => !held.Exists(folder => path.StartsWith(folder + "/", StringComparison.Ordinal)))
            .ShouldBeEmpty("projects whose mentions nobody holds");
    }
}
