using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client.Tests;

/// <summary>
/// The sign-in part of a server, as the contract has it: access tokens that end, refresh tokens that work once, a session that ends when one
/// is used again. Everything else answers 204 to a good token. Also the handler through which clients reach it.
/// </summary>
internal sealed class AuthServer(TimeProvider clock) : HttpMessageHandler
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Session, DateTimeOffset Ends)> _access = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _refresh = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _sessions = [];
    private long _last;

    /// <summary>Runs before each request is answered; may wait or throw.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after each request has taken effect; may wait or throw, which loses the answer.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Paths asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>How many refresh tokens were used more than once.</summary>
    public int Stolen { get; private set; }

    public int Refreshes => CountOf("auth/refresh");

    public IReadOnlyCollection<long> Sessions
    {
        get
        {
            lock (_gate)
            {
                return [.. _sessions.Keys];
            }
        }
    }

    public int CountOf(string path)
    {
        lock (_gate)
        {
            return Asked.Count(p => p == path);
        }
    }

    /// <summary>Refuses every access token given out so far, as a server does whose keys are gone.</summary>
    public void ForgetAccessTokens()
    {
        lock (_gate)
        {
            _access.Clear();
        }
    }

    public void End(long session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath["/api/".Length..];
        lock (_gate)
        {
            Asked.Add(path);
        }

        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        await Before(path).WaitAsync(cancellationToken);
        HttpResponseMessage answer;
        lock (_gate)
        {
            answer = path switch
            {
                "auth/register" or "auth/login" => Open(JsonDocument.Parse(body).RootElement.GetProperty("username").GetString()!),
                "auth/refresh" => Refresh(JsonDocument.Parse(body).RootElement.GetProperty("refreshToken").GetString()!),
                "auth/logout" => Close(JsonDocument.Parse(body).RootElement.GetProperty("refreshToken").GetString()!),
                _ => Check(request.Headers.Authorization?.Parameter),
            };
        }

        await After(path).WaitAsync(cancellationToken);
        return answer;
    }

    private HttpResponseMessage Open(string username)
    {
        _sessions.Add(++_last, username);
        return Tokens(_last);
    }

    private HttpResponseMessage Refresh(string token)
    {
        if (_used.TryGetValue(token, out var stolen))
        {
            Stolen++;
            _sessions.Remove(stolen);
        }

        if (!_refresh.Remove(token, out var session) || !_sessions.ContainsKey(session))
        {
            return Refused();
        }

        _used.Add(token, session);
        return Tokens(session);
    }

    private HttpResponseMessage Close(string token)
    {
        if (_refresh.Remove(token, out var session))
        {
            _sessions.Remove(session);
        }

        return new HttpResponseMessage(HttpStatusCode.NoContent);
    }

    private HttpResponseMessage Check(string? token) =>
        token is not null && _access.TryGetValue(token, out var access) && access.Ends > clock.GetUtcNow() && _sessions.ContainsKey(access.Session)
            ? new HttpResponseMessage(HttpStatusCode.NoContent)
            : Refused();

    private HttpResponseMessage Tokens(long session)
    {
        var number = (++_last).ToString(CultureInfo.InvariantCulture);
        _access.Add("secret-access-" + number, (session, clock.GetUtcNow() + Life));
        _refresh.Add("secret-refresh-" + number, session);
        var username = _sessions[session];
        var user = new Profile(new(username.Length), username, username);
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = JsonContent.Create(
                new AuthResponse(user, new(session), "secret-access-" + number, "secret-refresh-" + number, (int)Life.TotalSeconds),
                options: ChatJson.Options),
        };
    }

    private static HttpResponseMessage Refused() => new(HttpStatusCode.Unauthorized)
    {
        Content = JsonContent.Create(new ProblemAnswer("urn:chat:error:auth.invalid", "Sign in", 401, "auth.invalid"), options: ChatJson.Options),
    };
}
