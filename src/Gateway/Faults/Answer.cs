using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.AspNetCore.Http.Metadata;

namespace Chat.Gateway.Faults;

/// <summary>The one way from a <see cref="Result{T}"/> to HTTP: the value as JSON, or the refusal as problem details.</summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class Answer<T>(Result<T> result, int status = StatusCodes.Status200OK) : IResult, IEndpointMetadataProvider
{
    public static implicit operator Answer<T>(T value) => new(value);

    public static implicit operator Answer<T>(Result<T> result) => new(result);

    public static implicit operator Answer<T>(Refusal refusal) => new(refusal);

    public static implicit operator Answer<T>(ErrorCode code) => new((Result<T>)code);

    /// <summary>Says for OpenAPI what a call with this answer gives.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (!result.IsOk)
        {
            await Problems.WriteAsync(httpContext, result.Refusal);
            return;
        }

        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json";
        // Answers are of one caller and of one moment, and some hold tokens.
        httpContext.Response.Headers.CacheControl = "no-store";
        var type = (JsonTypeInfo<T>)ChatJson.Options.GetTypeInfo(typeof(T));
        await JsonSerializer.SerializeAsync(httpContext.Response.Body, result.Value, type, httpContext.RequestAborted);
    }
}

/// <summary>An answer without a body: 204, or the refusal as problem details.</summary>
internal sealed class Done(Refusal? refusal) : IResult, IEndpointMetadataProvider
{
    public static implicit operator Done(Refusal refusal) => new(refusal);

    public static implicit operator Done(ErrorCode code) => new(code.ToRefusal());

    /// <summary>204 for any value of a call that answers without a body.</summary>
    public static Done Of<T>(Result<T> result) => new(result.Refusal);

    /// <summary>Says for OpenAPI what a call with this answer gives.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (refusal is not null)
        {
            return Problems.WriteAsync(httpContext, refusal);
        }

        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
