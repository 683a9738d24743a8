using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Chat.Grains.Local.Generator;

/// <summary>
/// Writes one proxy class for each grain interface of the compilation: an interface that derives from <c>Orleans.IGrain</c>. A method that
/// could not be called across processes is an error here already, so that it never works by chance on the local host alone.
/// </summary>
[Generator]
public sealed class GrainProxyGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Unsupported = new(
        "CHATGRAIN001", "Not a grain method", "{0} cannot be called on a grain: {1}", "Grains", DiagnosticSeverity.Error, isEnabledByDefault: true);

    private static readonly SymbolDisplayFormat Names = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var proxies = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is InterfaceDeclarationSyntax { BaseList: not null },
            static (syntax, cancellationToken) =>
                syntax.SemanticModel.GetDeclaredSymbol(syntax.Node, cancellationToken) is INamedTypeSymbol symbol
                    && IsGrainInterface(symbol) && IsFirstPart(symbol, syntax.Node) ? Describe(symbol) : null);

        context.RegisterSourceOutput(proxies, static (output, proxy) =>
        {
            if (proxy is null)
            {
                return;
            }

            foreach (var (location, member, reason) in proxy.Errors)
            {
                output.ReportDiagnostic(Diagnostic.Create(Unsupported, location, member, reason));
            }

            if (proxy.Errors.Count == 0)
            {
                output.AddSource(proxy.HintName, proxy.Source);
            }
        });
    }

    private static bool IsGrainInterface(INamedTypeSymbol symbol) =>
        symbol.ContainingNamespace.ToDisplayString() != "Orleans" && symbol.AllInterfaces.Any(static i => i.ToDisplayString() == "Orleans.IGrain");

    private static bool IsFirstPart(INamedTypeSymbol symbol, SyntaxNode node) => symbol.DeclaringSyntaxReferences
        .Select(static reference => reference.GetSyntax())
        .First(static part => part is InterfaceDeclarationSyntax { BaseList: not null }) == node;

    private static Proxy Describe(INamedTypeSymbol symbol)
    {
        var errors = new List<(Location?, string, string)>();
        if (symbol.IsGenericType || symbol.ContainingType?.IsGenericType == true)
        {
            errors.Add((symbol.Locations.FirstOrDefault(), symbol.ToDisplayString(), "its interface is generic"));
        }

        if (!IsAccessible(symbol))
        {
            errors.Add((symbol.Locations.FirstOrDefault(), symbol.ToDisplayString(), "its interface is not at least internal"));
        }

        var members = new StringBuilder();
        var number = 0;
        foreach (var member in symbol.AllInterfaces.Add(symbol).SelectMany(static i => i.GetMembers()))
        {
            if (Problem(member) is { } problem)
            {
                errors.Add((member.Locations.FirstOrDefault(), member.ToDisplayString(), problem));
            }
            else if (member is IMethodSymbol { IsAbstract: true, AssociatedSymbol: null } method)
            {
                WriteMethod(members, method, number++);
            }
        }

        var name = symbol.ToDisplayString().Replace('.', '_');
        return new Proxy($"{name}.g.cs", errors, WriteClass(symbol, name, members));
    }

    private static bool IsAccessible(INamedTypeSymbol symbol)
    {
        for (var type = symbol; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal) || type.IsFileLocal)
            {
                return false;
            }
        }

        return true;
    }

    private static string? Problem(ISymbol member) => member switch
    {
        { IsStatic: true } or { IsAbstract: false } => null,
        IMethodSymbol { AssociatedSymbol: not null } => null,
        not IMethodSymbol => "grain interfaces have methods only",
        IMethodSymbol { IsGenericMethod: true } => "it is generic",
        IMethodSymbol method when method.Parameters.Any(static p => p.RefKind != RefKind.None || p.Type.IsRefLikeType) =>
            "a parameter is passed by reference or is a ref struct",
        IMethodSymbol method when method.Parameters.Count(IsCancellation) > 1 => "it takes more than one cancellation token",
        IMethodSymbol method when Returns(method) is null => "it must return Task, Task<T>, ValueTask or ValueTask<T>",
        IMethodSymbol method when Has(method, "Orleans.Concurrency.OneWayAttribute") && Returns(method) is not { Name: "Task", Arity: 0 } =>
            "a one-way method must return Task",
        _ => null,
    };

    private static INamedTypeSymbol? Returns(IMethodSymbol method) =>
        method.ReturnType is INamedTypeSymbol { Name: "Task" or "ValueTask", Arity: 0 or 1 } type
            && type.ContainingNamespace.ToDisplayString() == "System.Threading.Tasks" ? type : null;

    private static bool IsCancellation(IParameterSymbol parameter) => parameter.Type.ToDisplayString() == "System.Threading.CancellationToken";

    private static bool Has(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == attribute);

    private static string WriteClass(INamedTypeSymbol symbol, string name, StringBuilder members)
    {
        var served = symbol.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return $$"""
            // <auto-generated/>
            #nullable enable
            #pragma warning disable
            [assembly: global::Chat.Grains.Local.GrainProxyAttribute<{{served}}, global::Chat.Grains.Local.Generated.{{name}}>]

            namespace Chat.Grains.Local.Generated
            {
                internal sealed class {{name}} : global::Orleans.Runtime.GrainReference, {{served}}
                {
            {{members}}    }
            }

            """;
    }

    private static void WriteMethod(StringBuilder text, IMethodSymbol method, int number)
    {
        var served = method.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        var returns = Returns(method)!;
        var result = returns.Arity == 0
            ? "global::Chat.Grains.Local.NoResult"
            : returns.TypeArguments[0].ToDisplayString(Names);
        var cancellation = method.Parameters.FirstOrDefault(IsCancellation);
        var parameters = string.Join(", ", method.Parameters.Select(static p => $"{p.Type.ToDisplayString(Names)} p{p.Ordinal}"));
        var passed = string.Join(", ", method.Parameters.Select(static p => $"p{p.Ordinal}"));
        var used = string.Join(", ", method.Parameters.Select(static p => IsCancellation(p) ? "Cancellation" : $"p{p.Ordinal}"));
        var options = string.Join(" | ", new[]
        {
            "None",
            Has(method, "Orleans.Concurrency.AlwaysInterleaveAttribute") ? "AlwaysInterleave" : null,
            Has(method, "Orleans.Concurrency.ReadOnlyAttribute") ? "ReadOnly" : null,
        }.OfType<string>().Select(static option => $"global::Chat.Grains.Local.GrainMethodOptions.{option}"));
        var timeout = method.GetAttributes()
            .FirstOrDefault(static a => a.AttributeClass?.ToDisplayString() == "Orleans.ResponseTimeoutAttribute")?.ConstructorArguments[0].Value;
        var send = Has(method, "Orleans.Concurrency.OneWayAttribute") ? "SendOneWay" : "Send";
        var sent = $"{send}<{result}>(new Call{number}({passed}))";
        var isValueTask = returns.Name == "ValueTask";

        text.AppendLine($$"""
                    private static readonly global::Chat.Grains.Local.GrainMethod s_method{{number}} = new(
                        "{{method.ContainingType.Name}}.{{method.Name}}", {{options}},
                        {{(timeout is null ? "0" : $"global::System.TimeSpan.Parse(\"{timeout}\", global::System.Globalization.CultureInfo.InvariantCulture).Ticks")}});

                    {{returns.ToDisplayString(Names)}} {{served}}.{{method.Name}}({{parameters}}) =>
                        {{(isValueTask ? $"new({sent})" : sent)}};

                    private sealed class Call{{number}}({{parameters}})
                        : global::Chat.Grains.Local.{{(cancellation is null ? "GrainCall" : "CancellableGrainCall")}}<{{result}}>(s_method{{number}}{{(cancellation is null ? "" : $", p{cancellation.Ordinal}")}})
                    {
                        protected override global::System.Threading.Tasks.Task Invoke(object grain) =>
                            (({{served}})grain).{{method.Name}}({{used}}){{(isValueTask ? ".AsTask()" : "")}};
                    }

            """);
    }

    private sealed class Proxy(string hintName, List<(Location?, string, string)> errors, string source)
    {
        public string HintName { get; } = hintName;

        public List<(Location? Location, string Member, string Reason)> Errors { get; } = errors;

        public string Source { get; } = source;
    }
}
