using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>Sends requests in the contract's form and reads its answers and problem details.</summary>
internal sealed class HttpCalls(HttpClient http, string? accessToken)
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly AuthenticationHeaderValue? _authorization = accessToken is null ? null : new("Bearer", accessToken);

    public HttpClient Http => http;

    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        AnswerAsync<T>(new(HttpMethod.Get, path), cancellationToken);

    public Task<TAnswer> SendAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, CancellationToken cancellationToken) =>
        AnswerAsync<TAnswer>(WithBody(method, path, body, Json<TBody>.Info), cancellationToken);

    public Task SendAsync<TBody>(HttpMethod method, string path, TBody body, CancellationToken cancellationToken) =>
        AnswerAsync(WithBody(method, path, body, Json<TBody>.Info), cancellationToken);

    public Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        AnswerAsync(new(method, path), cancellationToken);

    public async Task<T> AnswerAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var _ = request;
        using var response = await CallAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(body, Json<T>.Info, cancellationToken)
            ?? throw new JsonException("The answer is null.");
    }

    public async Task AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var _ = request;
        using var response = await CallAsync(request, cancellationToken);
    }

    private static HttpRequestMessage WithBody<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = JsonType;
        return new(method, path) { Content = content };
    }

    private async Task<HttpResponseMessage> CallAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _authorization;
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ProblemAsync(response, cancellationToken);
        }
    }

    private static async Task<ChatApiException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ProblemAnswer? problem = null;
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            problem = await JsonSerializer.DeserializeAsync(body, Json<ProblemAnswer>.Info, cancellationToken);
        }
        catch (JsonException)
        {
            // Not a problem of ours (a proxy's page, nothing at all): the status says what there is to say.
        }

        return new((int)response.StatusCode, problem?.Code, problem?.Detail ?? problem?.Title, response.Headers.RetryAfter?.Delta);
    }
}
