using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Gateway.Tests;

public sealed class SignInTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync() => _host = await GatewayHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Registering_signs_in_and_folds_the_case_of_the_name()
    {
        var reply = await _host.PostAsync("/api/auth/register", new { username = "Ada.L", password = SignedIn.Password, displayName = "  Ada 👩🏽‍💻 " });

        reply.Status.ShouldBe(201);
        reply.String("user.username").ShouldBe("ada.l");
        reply.String("user.displayName").ShouldBe("Ada 👩🏽‍💻");
        reply.At("expiresIn")!.GetValue<int>().ShouldBe(900);
        var me = await _host.GetAsync("/api/users/me", reply.String("accessToken"));
        me.Status.ShouldBe(200);
        me.String("userId").ShouldBe(reply.String("user.userId"));
    }

    [Theory]
    [InlineData("ab", "user.username_invalid")]
    [InlineData("has space", "user.username_invalid")]
    [InlineData("ünicode", "user.username_invalid")]
    [InlineData("room", "user.username_invalid")]
    [InlineData("Everyone", "user.username_invalid")]
    [InlineData("a23456789012345678901234567890123", "user.username_invalid")]
    [InlineData(null, "user.username_invalid")]
    public async Task A_name_that_nobody_may_have_is_refused(string? username, string code) =>
        (await _host.PostAsync("/api/auth/register", new { username, password = SignedIn.Password })).ShouldBeProblem(400, code);

    [Theory]
    [InlineData("1234567")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_short_password_is_refused(string? password) =>
        (await _host.PostAsync("/api/auth/register", new { username = "shorty", password })).ShouldBeProblem(400, "user.password_invalid");

    [Fact]
    public async Task A_password_of_257_characters_is_refused() =>
        (await _host.PostAsync("/api/auth/register", new { username = "longy", password = new string('x', 257) }))
            .ShouldBeProblem(400, "user.password_invalid");

    [Theory]
    [InlineData("a\u0007b")]
    [InlineData("\u200b")]
    [InlineData("evil\u202Etxt")]
    [InlineData("   ")]
    public async Task A_display_name_that_hides_something_is_refused(string displayName) =>
        (await _host.PostAsync("/api/auth/register", new { username = "dora", password = SignedIn.Password, displayName }))
            .ShouldBeProblem(400, "user.display_name_invalid");

    [Fact]
    public async Task A_taken_name_is_refused_whatever_its_case()
    {
        await _host.RegisterAsync("taken");
        (await _host.PostAsync("/api/auth/register", new { username = "TAKEN", password = SignedIn.Password })).ShouldBeProblem(409, "user.username_taken");
    }

    [Fact]
    public async Task Of_many_who_register_one_name_at_once_one_gets_it()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _host.PostAsync("/api/auth/register", new { username = "race", password = SignedIn.Password })));
        replies.Count(reply => reply.Status == 201).ShouldBe(1);
        replies.Count(reply => reply.Status == 409).ShouldBe(7);
    }

    [Fact]
    public async Task Signing_in_opens_a_session_of_its_own()
    {
        var first = await _host.RegisterAsync("twice");
        var reply = await _host.PostAsync("/api/auth/login", new { username = "TWICE", password = SignedIn.Password, device = "Phone" });

        reply.Status.ShouldBe(200);
        var sessions = (await _host.GetAsync("/api/auth/sessions", first.Token)).Json["items"]!.AsArray();
        sessions.Count.ShouldBe(2);
        sessions.Single(s => s!["current"]!.GetValue<bool>())!["sessionId"]!.GetValue<string>().ShouldBe(first.SessionId);
        sessions.Single(s => s!["device"]!.GetValue<string>() == "Phone")!["sessionId"]!.GetValue<string>().ShouldBe(reply.String("sessionId"));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_are_refused_alike()
    {
        await _host.RegisterAsync("victim");
        var wrong = await _host.PostAsync("/api/auth/login", new { username = "victim", password = "wrong password" });
        var unknown = await _host.PostAsync("/api/auth/login", new { username = "nobody", password = "wrong password" });
        var impossible = await _host.PostAsync("/api/auth/login", new { username = "!", password = "wrong password" });

        wrong.ShouldBeProblem(401, "auth.invalid");
        unknown.Text.ShouldBe(wrong.Text);
        impossible.Text.ShouldBe(wrong.Text);
    }

    [Fact]
    public async Task Guessing_is_stopped_for_the_name_even_with_the_right_password()
    {
        await _host.RegisterAsync("guessed");
        for (var i = 0; i < 10; i++)
        {
            (await _host.PostAsync("/api/auth/login", new { username = "guessed", password = $"guess number {i}" })).ShouldBeProblem(401, "auth.invalid");
        }

        (await _host.PostAsync("/api/auth/login", new { username = "guessed", password = SignedIn.Password })).ShouldBeProblem(429, "rate.limited");
        _host.Clock.Advance(TimeSpan.FromSeconds(11));
        (await _host.PostAsync("/api/auth/login", new { username = "guessed", password = SignedIn.Password })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Right_passwords_do_not_count_as_guesses()
    {
        await _host.RegisterAsync("frequent");
        for (var i = 0; i < 15; i++)
        {
            (await _host.PostAsync("/api/auth/login", new { username = "frequent", password = SignedIn.Password })).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task An_expired_access_token_is_refused_and_refreshing_helps()
    {
        var user = await _host.RegisterAsync();
        _host.Clock.Advance(TimeSpan.FromMinutes(15));
        (await _host.GetAsync("/api/users/me", user.Token)).ShouldBeProblem(401, "auth.invalid");

        var refreshed = await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken });
        refreshed.Status.ShouldBe(200);
        refreshed.String("sessionId").ShouldBe(user.SessionId);
        (await _host.GetAsync("/api/users/me", refreshed.String("accessToken"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Forged_and_damaged_access_tokens_are_refused()
    {
        var user = await _host.RegisterAsync();
        var middle = user.Token.Length / 2;
        var damaged = user.Token[..middle] + (user.Token[middle] == 'A' ? 'B' : 'A') + user.Token[(middle + 1)..];
        await using var other = await GatewayHost.StartAsync();
        var foreign = await other.RegisterAsync();
        foreach (var token in new[] { damaged, user.Token[..^4], "x", "a.b.c", foreign.Token, user.RefreshToken })
        {
            (await _host.GetAsync("/api/users/me", token)).ShouldBeProblem(401, "auth.invalid");
        }
    }

    [Fact]
    public async Task A_refresh_token_works_once_and_its_reuse_ends_the_session()
    {
        var user = await _host.RegisterAsync();
        var second = await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken });
        _host.Clock.Advance(TimeSpan.FromSeconds(11));

        (await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid");
        (await _host.GetAsync("/api/users/me", second.String("accessToken"))).ShouldBeProblem(401, "auth.invalid");
        (await _host.PostAsync("/api/auth/refresh", new { refreshToken = second.String("refreshToken") })).ShouldBeProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task Reuse_at_once_is_refused_without_ending_the_session()
    {
        var user = await _host.RegisterAsync();
        var second = await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken });
        _host.Clock.Advance(TimeSpan.FromSeconds(10));

        (await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid");
        (await _host.GetAsync("/api/users/me", second.String("accessToken"))).Status.ShouldBe(200);
        (await _host.PostAsync("/api/auth/refresh", new { refreshToken = second.String("refreshToken") })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Of_many_who_refresh_with_one_token_at_once_one_succeeds()
    {
        var user = await _host.RegisterAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })));
        replies.Count(reply => reply.Status == 200).ShouldBe(1);
    }

    [Theory]
    [InlineData("{\"refreshToken\":\"nonsense\"}", 401, "auth.invalid")]
    [InlineData("{\"refreshToken\":\"1.x\"}", 401, "auth.invalid")]
    [InlineData("{\"refreshToken\":\"99999999999999999999.x\"}", 401, "auth.invalid")]
    [InlineData("{}", 400, "request.invalid")]
    [InlineData("{\"refreshToken\":7}", 400, "request.invalid")]
    public async Task A_refresh_token_that_is_none_is_refused(string body, int status, string code) =>
        (await _host.PostAsync("/api/auth/refresh", body)).ShouldBeProblem(status, code);

    [Fact]
    public async Task Logout_ends_the_session_at_once_and_tells_everybody()
    {
        var user = await _host.RegisterAsync();
        (await _host.GetAsync("/api/users/me", user.Token)).Status.ShouldBe(200);
        var news = new List<GlobalNews>();
        using var subscription = await _host.Services.GetRequiredService<IBackplane>().SubscribeAsync(news.Add);

        (await _host.PostAsync("/api/auth/logout", new { refreshToken = user.RefreshToken })).Status.ShouldBe(204);

        (await _host.GetAsync("/api/users/me", user.Token)).ShouldBeProblem(401, "auth.invalid");
        (await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid");
        (await _host.PostAsync("/api/auth/logout", new { refreshToken = user.RefreshToken })).Status.ShouldBe(204);
        news.ShouldBe([new SessionRevoked(IdText.Parse<UserId>(user.UserId), IdText.Parse<SessionId>(user.SessionId))]);
    }

    [Fact]
    public async Task A_device_can_be_signed_out_from_another_but_not_by_another_user()
    {
        var phone = await _host.RegisterAsync("devices");
        var laptop = SignedIn.From("devices", await _host.PostAsync("/api/auth/login", new { username = "devices", password = SignedIn.Password }));
        var stranger = await _host.RegisterAsync();

        (await _host.SendAsync(HttpMethod.Delete, $"/api/auth/sessions/{phone.SessionId}", token: stranger.Token)).ShouldBeProblem(404, "session.not_found");
        (await _host.GetAsync("/api/users/me", phone.Token)).Status.ShouldBe(200);
        (await _host.SendAsync(HttpMethod.Delete, $"/api/auth/sessions/{phone.SessionId}", token: laptop.Token)).Status.ShouldBe(204);
        (await _host.GetAsync("/api/users/me", phone.Token)).ShouldBeProblem(401, "auth.invalid");
        (await _host.GetAsync("/api/users/me", laptop.Token)).Status.ShouldBe(200);
        (await _host.SendAsync(HttpMethod.Delete, "/api/auth/sessions/abc", token: laptop.Token)).ShouldBeProblem(404, "session.not_found");
    }

    [Fact]
    public async Task A_session_that_another_process_ended_is_noticed_after_the_recheck()
    {
        var user = await _host.RegisterAsync();
        (await _host.GetAsync("/api/users/me", user.Token)).Status.ShouldBe(200);
        await ((ISessionStore)_host.Store).RevokeAsync(IdText.Parse<UserId>(user.UserId), IdText.Parse<SessionId>(user.SessionId));

        _host.Clock.Advance(TimeSpan.FromSeconds(31));
        (await _host.GetAsync("/api/users/me", user.Token)).ShouldBeProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task News_of_an_ended_session_work_at_once()
    {
        var user = await _host.RegisterAsync();
        (await _host.GetAsync("/api/users/me", user.Token)).Status.ShouldBe(200);
        var session = IdText.Parse<SessionId>(user.SessionId);
        await ((ISessionStore)_host.Store).RevokeAsync(IdText.Parse<UserId>(user.UserId), session);
        _host.Services.GetRequiredService<IBackplane>().Publish(new SessionRevoked(IdText.Parse<UserId>(user.UserId), session));

        (await _host.GetAsync("/api/users/me", user.Token)).ShouldBeProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task An_unused_session_expires()
    {
        await using var host = await GatewayHost.StartAsync("--Chat:Auth:Session=00:02:00", "--Chat:Auth:SessionRecheck=00:00:01");
        var user = await host.RegisterAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        (await host.GetAsync("/api/users/me", user.Token)).ShouldBeProblem(401, "auth.invalid");
        (await host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task A_user_on_too_many_devices_loses_the_one_unused_for_longest()
    {
        await using var host = await GatewayHost.StartAsync("--Chat:Auth:SessionsPerUser=2");
        var first = await host.RegisterAsync("many");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = SignedIn.From("many", await host.PostAsync("/api/auth/login", new { username = "many", password = SignedIn.Password }));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = SignedIn.From("many", await host.PostAsync("/api/auth/login", new { username = "many", password = SignedIn.Password }));

        (await host.GetAsync("/api/users/me", first.Token)).ShouldBeProblem(401, "auth.invalid");
        (await host.GetAsync("/api/users/me", second.Token)).Status.ShouldBe(200);
        (await host.GetAsync("/api/users/me", third.Token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Administrators_are_named_by_the_configuration()
    {
        await using var host = await GatewayHost.StartAsync("--Chat:Admins:0=Boss");
        await host.RegisterAsync("boss");
        await host.RegisterAsync("clerk");
        var found = await ((IUserStore)host.Store).FindByNameAsync(["boss", "clerk"]);
        found.Single(user => user.Username == "boss").IsAdmin.ShouldBeTrue();
        found.Single(user => user.Username == "clerk").IsAdmin.ShouldBeFalse();
    }

    [Fact]
    public async Task Tokens_survive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("chat-restart-").FullName;
        try
        {
            var clock = GatewayHost.NewClock();
            SignedIn user;
            await using (var before = await GatewayHost.StartInAsync(folder, clock))
            {
                user = await before.RegisterAsync();
            }

            await using var after = await GatewayHost.StartInAsync(folder, clock);
            (await after.GetAsync("/api/users/me", user.Token)).String("userId").ShouldBe(user.UserId);
            (await after.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken })).Status.ShouldBe(200);
            if (!OperatingSystem.IsWindows())
            {
                var keys = Path.Combine(folder, "keys");
                File.GetUnixFileMode(keys).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                Directory.GetFiles(keys).ShouldHaveSingleItem();
                File.GetUnixFileMode(Directory.GetFiles(keys)[0]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Neither_passwords_nor_tokens_are_logged()
    {
        var user = await _host.RegisterAsync();
        await _host.PostAsync("/api/auth/login", new { username = user.Username, password = "a wrong secret" });
        await _host.PostAsync("/api/auth/refresh", new { refreshToken = user.RefreshToken });
        await _host.GetAsync("/api/users/me", user.Token);

        _host.Logs.Lines.ShouldNotBeEmpty();
        foreach (var secret in new[] { SignedIn.Password, "a wrong secret", user.RefreshToken, user.Token })
        {
            _host.Logs.Lines.ShouldNotContain(line => line.Contains(secret, StringComparison.Ordinal));
        }
    }
}
