using Chat.Grains.Local.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Orleans;

namespace Chat.Grains.Local.Tests;

public sealed class GrainProxyGeneratorTests
{
    [Theory]
    [InlineData("int Get();", "it must return Task")]
    [InlineData("void Get();", "it must return Task")]
    [InlineData("System.Collections.Generic.IAsyncEnumerable<int> Get();", "it must return Task")]
    [InlineData("Task Get<T>(T value);", "it is generic")]
    [InlineData("Task Get(ref int value);", "by reference")]
    [InlineData("Task Get(CancellationToken one, CancellationToken two);", "more than one cancellation token")]
    [InlineData("[Orleans.Concurrency.OneWay] Task<int> Get();", "a one-way method must return Task")]
    [InlineData("int Value { get; }", "methods only")]
    [InlineData("event System.Action Changed;", "methods only")]
    public void A_member_that_could_not_be_called_across_processes_is_an_error(string member, string reason)
    {
        var (diagnostics, _) = Generate($"public interface IBad : Orleans.IGrainWithStringKey {{ {member} }}");

        var error = diagnostics.ShouldHaveSingleItem();
        error.Id.ShouldBe("CHATGRAIN001");
        error.GetMessage().ShouldContain(reason);
    }

    [Theory]
    [InlineData("public interface IBad<T> : Orleans.IGrainWithStringKey { Task Get(); }", "its interface is generic")]
    [InlineData("public class Outer { private interface IBad : Orleans.IGrainWithStringKey { Task Get(); } }", "not at least internal")]
    public void An_interface_that_could_not_be_reached_is_an_error(string source, string reason) =>
        Generate(source).Diagnostics.ShouldHaveSingleItem().GetMessage().ShouldContain(reason);

    [Theory]
    [InlineData("public interface IOther : System.IDisposable { int Get(); }")]
    [InlineData("public interface ILonely { int Get(); }")]
    public void Other_interfaces_are_left_alone(string source)
    {
        var (diagnostics, generated) = Generate(source);

        diagnostics.ShouldBeEmpty();
        generated.ShouldBe(0);
    }

    [Theory]
    [InlineData("public interface IGood : Orleans.IGrainWithStringKey { Task A(); ValueTask B(); Task<int?> C(string? s = null); }")]
    [InlineData("public interface IGood : Orleans.IGrainWithStringKey { Task A(int a = 1, CancellationToken token = default); }")]
    [InlineData("public interface IBase : Orleans.IGrain { Task A(); } public interface IGood : IBase, Orleans.IGrainWithIntegerKey { Task A(int a); }")]
    [InlineData("public partial interface IGood : Orleans.IGrainWithStringKey { Task A(); } public partial interface IGood : Orleans.IGrain { Task B(); }")]
    [InlineData("public class Outer { public interface IGood : Orleans.IGrainWithStringKey { Task A(Outer? @class); } }")]
    public void What_is_generated_compiles(string source) => Generate(source).Generated.ShouldBeGreaterThan(0);

    private static (IReadOnlyList<Diagnostic> Diagnostics, int Generated) Generate(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(IGrain).Assembly.Location)
            .Distinct(StringComparer.Ordinal)
            .Select(static path => (MetadataReference)MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Generated",
            [CSharpSyntaxTree.ParseText($"#nullable enable\nusing System.Threading;\nusing System.Threading.Tasks;\n{source}")],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        CSharpGeneratorDriver.Create(new GrainProxyGenerator()).RunGeneratorsAndUpdateCompilation(
            compilation, out var updated, out var diagnostics);

        if (diagnostics.IsEmpty)
        {
            updated.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        }

        return (diagnostics, updated.SyntaxTrees.Count() - 1);
    }
}
