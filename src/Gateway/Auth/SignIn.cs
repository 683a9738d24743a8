using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Limits;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Auth;

/// <summary>Registers users and opens, refreshes and ends their sessions. Thread safe.</summary>
internal sealed partial class SignIn(
    IUserStore users,
    ISessionStore sessions,
    IBackplane backplane,
    IIdSource ids,
    Passwords passwords,
    Tokens tokens,
    SessionGate gate,
    RateLimits limits,
    Admins admins,
    IOptions<AuthOptions> options,
    IOptions<ChatLimits> chatLimits,
    TimeProvider time,
    ILogger<SignIn> logger)
{
    private const int PasswordLeast = 8;
    private const int PasswordMost = 256;
    private const int DeviceLength = 64;
    private const string UnnamedDevice = "Unknown device";

    /// <summary>Makes a user and signs them in.</summary>
    public async Task<Result<AuthResponse>> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken)
    {
        if (TextRules.CheckUsername(request.Username, out var username) is { } nameProblem)
        {
            return new Refusal(nameProblem, "A user name has 3 to 32 of the characters a-z, 0-9, dot, dash and underscore, and is not a reserved word.");
        }

        if (request.Password is not { Length: >= PasswordLeast and <= PasswordMost } password)
        {
            return new Refusal(ErrorCode.PasswordInvalid, $"A password has {PasswordLeast} to {PasswordMost} characters.");
        }

        var display = username;
        if (request.DisplayName is not null && TextRules.CheckName(
            request.DisplayName, chatLimits.Value.DisplayNameLength, ErrorCode.DisplayNameInvalid, out display) is { } displayProblem)
        {
            return displayProblem;
        }

        if (CheckDevice(request.Device, out var device) is { } deviceProblem)
        {
            return deviceProblem;
        }

        // A taken name is told before a hash is spent on it; CreateAsync decides.
        if ((await users.FindByNameAsync([username], cancellationToken)).Count > 0)
        {
            return ErrorCode.UsernameTaken;
        }

        var hash = await passwords.HashAsync(password, cancellationToken);
        if (!hash.IsOk)
        {
            return hash.Refusal;
        }

        var user = new UserRecord
        {
            Id = ids.NextUser(username),
            Username = username,
            DisplayName = display,
            PasswordHash = hash.Value,
            IsAdmin = admins.Usernames.Contains(username),
            CreatedAt = time.GetUtcNow().ToWholeMilliseconds(),
        };
        return await users.CreateAsync(user, cancellationToken)
            ? await OpenAsync(user, device, cancellationToken)
            : ErrorCode.UsernameTaken;
    }

    /// <summary>Signs a user in on a device.</summary>
    public async Task<Result<AuthResponse>> LoginAsync(LoginRequest request, string address, CancellationToken cancellationToken)
    {
        if (request is not { Username: { } name, Password: { } password })
        {
            return new Refusal(ErrorCode.RequestInvalid, "username and password are required.");
        }

        if (CheckDevice(request.Device, out var device) is { } deviceProblem)
        {
            return deviceProblem;
        }

        // Names that nobody can have are counted by address only, so that they take no room among the names.
        var known = TextRules.CheckUsername(name, out var username) is null;
        var mayFail = await limits.TakeAsync(RateKind.FailedAddress, address);
        if (!mayFail.Allowed)
        {
            return mayFail.ToRefusal();
        }

        var mayGuess = known ? await limits.TakeAsync(RateKind.FailedUser, username) : new RateDecision(true, TimeSpan.Zero);
        if (!mayGuess.Allowed)
        {
            await limits.ReturnAsync(RateKind.FailedAddress, address);
            return mayGuess.ToRefusal();
        }

        var checkedUser = await CheckPasswordAsync(known ? username : null, password, cancellationToken);
        if (!checkedUser.IsOk)
        {
            if (checkedUser.Refusal.Code != ErrorCode.AuthInvalid)
            {
                await ForgiveAsync();
            }

            return checkedUser.Refusal;
        }

        await ForgiveAsync();
        return await OpenAsync(checkedUser.Value, device, cancellationToken);

        async Task ForgiveAsync()
        {
            await limits.ReturnAsync(RateKind.FailedAddress, address);
            if (known)
            {
                await limits.ReturnAsync(RateKind.FailedUser, username);
            }
        }
    }

    /// <summary>Exchanges a refresh token, once. Using it again ends the session, since one of the two users of it is a thief.</summary>
    public async Task<Result<AuthResponse>> RefreshAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        if (request.RefreshToken is null)
        {
            return new Refusal(ErrorCode.RequestInvalid, "refreshToken is required.");
        }

        if (!Tokens.TryReadRefreshToken(request.RefreshToken, out var id, out var presented))
        {
            return ErrorCode.AuthInvalid;
        }

        var now = time.GetUtcNow().ToWholeMilliseconds();
        var (token, hash) = Tokens.MakeRefreshToken(id);
        // Not to be cancelled half-way: the old token may be spent already, and the caller would hold none.
        var outcome = await sessions.RotateAsync(id, presented, hash, now, now + options.Value.Session, CancellationToken.None);
        switch (outcome)
        {
            case { Status: RotateStatus.Rotated, Session: { } session }:
                if ((await users.GetAsync([session.UserId], cancellationToken)) is [{ Disabled: false } user])
                {
                    return Respond(user, id, token);
                }

                await EndAsync(session.UserId, id);
                return ErrorCode.AuthInvalid;
            case { Status: RotateStatus.Reused, Session: { } session }:
                if (now - session.RefreshedAt > options.Value.ReuseLeeway)
                {
                    Log.Reused(logger, session.UserId, id);
                    await EndAsync(session.UserId, id);
                }

                return ErrorCode.AuthInvalid;
            default:
                return ErrorCode.AuthInvalid;
        }
    }

    /// <summary>
    /// Ends the session of a refresh token and its connections. A token that is good no more needs no ending and is no error (RFC 7009, 2.2).
    /// </summary>
    public async Task<Refusal?> LogoutAsync(RefreshRequest request)
    {
        if (request.RefreshToken is null)
        {
            return new Refusal(ErrorCode.RequestInvalid, "refreshToken is required.");
        }

        if (Tokens.TryReadRefreshToken(request.RefreshToken, out var id, out var presented))
        {
            // The exchange is the store's one way to prove a token; the next one is thrown away.
            var now = time.GetUtcNow().ToWholeMilliseconds();
            var outcome = await sessions.RotateAsync(id, presented, Tokens.MakeRefreshToken(id).Hash, now, now + options.Value.Session, CancellationToken.None);
            if (outcome.Session is { } session)
            {
                await EndAsync(session.UserId, id);
            }
        }

        return null;
    }

    /// <summary>The user's live sessions.</summary>
    public async Task<Page<SessionInfo>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var found = await sessions.ListAsync(caller.UserId, time.GetUtcNow(), cancellationToken);
        return new Page<SessionInfo>(
            [.. found.Select(s => new SessionInfo(s.Id, s.Device, s.CreatedAt, s.RefreshedAt, s.Id == caller.SessionId))], Next: null);
    }

    /// <summary>Ends one of the user's sessions and its connections; false when there is no such session.</summary>
    public async Task<bool> EndAsync(UserId user, SessionId session)
    {
        // Not to be cancelled between the store and the news.
        var ended = await sessions.RevokeAsync(user, session, CancellationToken.None);
        if (ended)
        {
            await gate.EndAsync(user, session);
            backplane.Publish(new SessionRevoked(user, session));
        }

        return ended;
    }

    private static ErrorCode? CheckDevice(string? given, out string device)
    {
        device = UnnamedDevice;
        return string.IsNullOrEmpty(given) ? null : TextRules.CheckName(given, DeviceLength, ErrorCode.DeviceInvalid, out device);
    }

    private async Task<Result<UserRecord>> CheckPasswordAsync(string? username, string password, CancellationToken cancellationToken)
    {
        if (password.Length > PasswordMost)
        {
            return ErrorCode.AuthInvalid;
        }

        var user = username is not null && await users.FindByNameAsync([username], cancellationToken) is [var found] ? found : null;
        var verified = await passwords.VerifyAsync(user?.PasswordHash, password, cancellationToken);
        if (!verified.IsOk)
        {
            return verified.Refusal;
        }

        if (user is null or { Disabled: true } || verified.Value is PasswordVerificationResult.Failed)
        {
            return ErrorCode.AuthInvalid;
        }

        if (verified.Value is PasswordVerificationResult.SuccessRehashNeeded
            && await passwords.HashAsync(password, cancellationToken) is { IsOk: true, Value: var hash })
        {
            await users.UpdatePasswordAsync(user.Id, hash, cancellationToken);
        }

        return user;
    }

    private async Task<Result<AuthResponse>> OpenAsync(UserRecord user, string device, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToWholeMilliseconds();
        var present = await sessions.ListAsync(user.Id, now, cancellationToken);
        foreach (var surplus in present.Skip(options.Value.SessionsPerUser - 1))
        {
            await EndAsync(user.Id, surplus.Id);
        }

        var id = ids.NextSession(user.Id);
        var (token, hash) = Tokens.MakeRefreshToken(id);
        await sessions.OpenAsync(
            new SessionRecord
            {
                Id = id,
                UserId = user.Id,
                Device = device,
                RefreshHash = hash,
                CreatedAt = now,
                RefreshedAt = now,
                ExpiresAt = now + options.Value.Session,
            },
            cancellationToken);
        return Respond(user, id, token);
    }

    private AuthResponse Respond(UserRecord user, SessionId session, string refreshToken) => new(
        user.ToProfile(),
        session,
        tokens.MakeAccessToken(new Caller(user.Id, session)),
        refreshToken,
        (int)tokens.AccessTokenLifetime.TotalSeconds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A spent refresh token of user {UserId} was used again; session {SessionId} ended.")]
        public static partial void Reused(ILogger logger, UserId userId, SessionId sessionId);
    }
}
