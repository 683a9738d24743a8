using System.Globalization;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Gateway.Faults;

/// <summary>Writes refusals as problem details (RFC 9457), the only form in which REST says no.</summary>
internal static class Problems
{
    /// <summary>Media type of problem details.</summary>
    public const string MediaType = "application/problem+json";

    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Writes the refusal, unless an answer has begun already.</summary>
    /// <param name="http">The call.</param>
    /// <param name="refusal">Why it is refused.</param>
    /// <param name="status">The HTTP status when it is not the code's own.</param>
    public static async Task WriteAsync(HttpContext http, Refusal refusal, int? status = null)
    {
        var response = http.Response;
        if (response.HasStarted)
        {
            return;
        }

        var code = refusal.Code;
        response.StatusCode = status ?? code.Status;
        if (code.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            var seconds = Math.Max(1, Math.Ceiling((refusal.RetryAfter ?? DefaultRetryAfter).TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (code.Status is StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        response.Headers.CacheControl = "no-store";
        response.ContentType = MediaType;
        var answer = new ProblemAnswer("urn:chat:error:" + code.Code, code.Title, response.StatusCode, code.Code, refusal.Detail);
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, ChatJsonContext.Default.ProblemAnswer);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    /// <summary>Writes the refusal with the code's own words.</summary>
    public static Task WriteAsync(HttpContext http, ErrorCode code) => WriteAsync(http, code.ToRefusal());
}
