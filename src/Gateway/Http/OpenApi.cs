using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Chat.Contracts;
using Chat.Gateway.Faults;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chat.Gateway.Http;

/// <summary>/openapi/v1.json: REST as it is, made from the endpoints when it is first asked for.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";

    /// <summary>Refusals that any call may meet.</summary>
    private static readonly ErrorCode[] Everywhere =
        [ErrorCode.RequestInvalid, ErrorCode.RateLimited, ErrorCode.StorageUnavailable, ErrorCode.ServerInternal];

    public static void AddChatOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(DescribeDocument);
        options.AddOperationTransformer(DescribeOperation);
        options.AddSchemaTransformer(DescribeSchema);
    });

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Chat",
            Version = "v1",
            Description = "REST of the chat server. Live events come over the SignalR hub at /hubs/chat.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The access token of /api/auth/login.",
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var signedIn = !metadata.OfType<IAllowAnonymous>().Any() && metadata.OfType<IAuthorizeData>().Any();
        if (signedIn)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            if (parameter is { In: ParameterLocation.Path, Schema: OpenApiSchema schema })
            {
                Copy(parameter.Name switch { "seq" => Seq(), "emoji" => new OpenApiSchema { Type = JsonSchemaType.String }, _ => Id() }, schema);
            }
        }

        IEnumerable<ErrorCode> codes = [.. Everywhere, .. signedIn ? [ErrorCode.AuthInvalid] : Array.Empty<ErrorCode>(),
            .. operation.RequestBody is null ? [] : new[] { ErrorCode.RequestTooLarge, ErrorCode.RequestMediaTypeInvalid },
            .. metadata.OfType<Refusals>().SelectMany(refusals => refusals.Codes)];
        var document = context.Document ?? throw new InvalidOperationException("Operations are described for a document.");
        if (document.Components?.Schemas?.ContainsKey(nameof(ProblemAnswer)) != true)
        {
            document.AddComponent(nameof(ProblemAnswer), await context.GetOrCreateSchemaAsync(typeof(ProblemAnswer), null, cancellationToken));
        }

        operation.Responses ??= [];
        foreach (var status in codes.Distinct().GroupBy(code => code.Status))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", status.Select(code => code.Code)),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problems.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemAnswer), document) },
                },
            };
        }
    }

    /// <summary>Says what our converters write, which the schema generator cannot look into.</summary>
    private static Task DescribeSchema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>)))
        {
            Copy(Id(), schema);
        }
        else if (type.IsEnum && type.Namespace == typeof(ErrorCode).Namespace)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. EnumNames(type).Select(name => (JsonNode)name)];
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }

        return Task.CompletedTask;
    }

    /// <summary>The names of an enum on the wire: that of zero, which stands for "not known", only where it is a value of its own.</summary>
    private static IEnumerable<string> EnumNames(Type type) =>
        ((IEnumerable)Enum.GetNames(type)).Cast<string>()
            .Where(name => name != "Unknown")
            .Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName);

    private static OpenApiSchema Id() => new() { Type = JsonSchemaType.String, Pattern = "^[1-9][0-9]{0,18}$" };

    private static OpenApiSchema Seq() => new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1" };

    private static void Copy(OpenApiSchema from, OpenApiSchema to)
    {
        to.Type = from.Type;
        to.Format = from.Format;
        to.Pattern = from.Pattern;
        to.Minimum = from.Minimum;
    }
}
