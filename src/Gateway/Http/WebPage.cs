using Microsoft.Extensions.FileProviders;

namespace Chat.Gateway.Http;

/// <summary>
/// Serves the web page from <c>wwwroot</c> beside the program: files with a hash in their name for ever, the page itself never without asking.
/// Addresses that the page's own router understands give the page.
/// </summary>
internal static class WebPage
{
    private const string Index = "/index.html";

    private const string NotBuilt =
        """
        <!doctype html>
        <meta charset="utf-8">
        <title>Chat</title>
        <h1>The server runs; its page was not built</h1>
        <p>Install Node.js (npm), then start with <code>./run.sh</code> or build <code>src/Gateway</code> again.
        REST is described at <a href="/openapi/v1.json">/openapi/v1.json</a>.</p>
        """;

    private static readonly string[] NotThePages = ["/api", "/hubs", "/health", "/openapi"];

    public static void UseWebPage(this WebApplication app)
    {
        var root = Path.Combine(app.Environment.ContentRootPath, "wwwroot");
        if (!File.Exists(Path.Combine(root, "index.html")))
        {
            app.Use((http, next) => IsRoute(http.Request) ? WriteNotBuiltAsync(http) : next(http));
            return;
        }

        app.Use((http, next) =>
        {
            if (IsRoute(http.Request))
            {
                http.Request.Path = Index;
            }

            return next(http);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(root),
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl =
                context.Context.Request.Path.StartsWithSegments("/assets")
                    ? "public, max-age=31536000, immutable"
                    : "no-cache",
        });
    }

    private static bool IsRoute(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && !Array.Exists(NotThePages, prefix => request.Path.StartsWithSegments(prefix))
        && !Path.GetFileName(request.Path.Value.AsSpan()).Contains('.');

    private static Task WriteNotBuiltAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        return http.Response.WriteAsync(NotBuilt, http.RequestAborted);
    }
}
