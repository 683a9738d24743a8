namespace Chat.Architecture.Tests;

/// <summary>What holds for the repository as a whole.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = House.Read("Chat.sln").Replace('\\', '/');
        House.Projects.Select(project => project.Path).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal))
            .ShouldBeEmpty("projects that Chat.sln does not have");
    }

    [Fact]
    public void No_project_names_a_version_of_a_package() =>
        House.Projects.SelectMany(project => project.Xml.Descendants("PackageReference").Where(package => package.Attribute("Version") is not null)
                .Select(package => $"{project.Path}: {package.Attribute("Include")?.Value}"))
            .ShouldBeEmpty("versions outside Directory.Packages.props");

    [Fact]
    public void No_file_is_over_400_lines_without_a_word_in_its_defence()
    {
        var long_ = House.Find("*.cs", "src").Concat(House.Find("*.ts", "src")).Concat(House.Find("*.tsx", "src"))
            .Select(path => (path, lines: House.Read(path).Split('\n')))
            .Where(file => file.lines.Length > 401 && !file.lines.Take(5).Any(line => line.StartsWith("// Over 400 lines:", StringComparison.Ordinal)))
            .Select(file => $"{file.path}: {file.lines.Length - 1} lines; split it, or say why not in a first line '// Over 400 lines: …'");
        long_.ShouldBeEmpty();
    }

    [Fact]
    public void Every_test_project_is_found_by_the_test_script() =>
        House.Projects.Where(project => project.Xml.Root!.ToString().Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal)
                && !project.Name.EndsWith(".Tests", StringComparison.Ordinal))
            .Select(project => project.Path).ShouldBeEmpty("test projects whose name does not end in .Tests");
}
