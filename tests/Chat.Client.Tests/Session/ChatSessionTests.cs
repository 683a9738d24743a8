using Chat.Testing.Specifications;

namespace Chat.Client.Tests;

public sealed class InMemoryTokenStoreTests : TokenStoreSpecification, IDisposable
{
    private readonly InMemoryTokenStore _store = new();

    public void Dispose() => _store.Dispose();

    protected override ITokenStore Open() => _store;
}

public sealed class ChatSessionTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly AuthServer _server;
    private readonly FlakyStore _store = new();

    public ChatSessionTests() => _server = new AuthServer(_clock);

    [Fact]
    public async Task Signed_in_calls_carry_the_token_and_nothing_is_refreshed()
    {
        await using var client = await SignedInAsync();

        await client.Api.LeaveAsync(new(1));
        await client.Api.LeaveAsync(new(1));

        _server.Asked.ShouldBe(["auth/login", "rooms/1/leave", "rooms/1/leave"]);
        (await _store.ReadAsync()).ShouldNotBeNull().Username.ShouldBe("ann");
    }

    [Fact]
    public async Task Refused_token_is_refreshed_and_the_call_repeated_with_its_body()
    {
        var bodies = new List<string>();
        await using var client = await SignedInAsync();
        _server.ForgetAccessTokens();
        _server.Before = path =>
        {
            bodies.Add(path);
            return Task.CompletedTask;
        };

        await client.Api.EditAsync(new(1), 2, "text");

        bodies.ShouldBe(["rooms/1/messages/2", "auth/refresh", "rooms/1/messages/2"]);
        (await _store.ReadAsync()).ShouldBe(await client.TokensAsync());
    }

    [Fact]
    public async Task Token_is_refreshed_shortly_before_its_end_and_not_earlier()
    {
        await using var client = await SignedInAsync();

        _clock.Advance(AuthServer.Life - TimeSpan.FromSeconds(61));
        await client.Api.LeaveAsync(new(1));
        _server.Refreshes.ShouldBe(0);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await client.Api.LeaveAsync(new(1));
        _server.Asked[^2..].ShouldBe(["auth/refresh", "rooms/1/leave"]);
    }

    [Fact]
    public async Task Calls_that_find_the_token_at_its_end_together_refresh_it_once()
    {
        await using var client = await SignedInAsync();
        _clock.Advance(AuthServer.Life * 2);

        await Wait.For(Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.Api.LeaveAsync(new(1)))), "answers");

        _server.Refreshes.ShouldBe(1);
    }

    [Fact]
    public async Task Clients_that_share_a_store_never_use_a_refresh_token_twice()
    {
        await using var first = await SignedInAsync();
        var clients = Enumerable.Range(0, 8).Select(_ => NewClient()).ToArray();

        for (var round = 0; round < 5; round++)
        {
            _clock.Advance(AuthServer.Life - TimeSpan.FromSeconds(30));
            await Wait.For(Task.WhenAll(clients.Append(first).Select(c => c.Api.LeaveAsync(new(1)))), $"answers of round {round}");
            _server.ForgetAccessTokens();
            await Wait.For(Task.WhenAll(clients.Append(first).Select(c => c.Api.LeaveAsync(new(1)))), $"repeated answers of round {round}");
        }

        _server.Stolen.ShouldBe(0);
        _server.Refreshes.ShouldBe(10);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Exchanged_tokens_that_could_not_be_stored_are_stored_later_instead_of_exchanged_again()
    {
        await using var client = await SignedInAsync();
        _clock.Advance(AuthServer.Life * 2);
        _store.Full = true;

        await Should.ThrowAsync<IOException>(client.Api.LeaveAsync(new(1)));
        await Should.ThrowAsync<IOException>(client.Api.LeaveAsync(new(1)));
        _store.Full = false;
        await client.Api.LeaveAsync(new(1));

        (_server.Refreshes, _server.Stolen).ShouldBe((1, 0));
        (await _store.ReadAsync()).ShouldBe(await client.TokensAsync());
    }

    [Fact]
    public async Task Caller_who_gives_up_does_not_stop_the_refresh()
    {
        await using var client = await SignedInAsync();
        var before = await _store.ReadAsync();
        _clock.Advance(AuthServer.Life * 2);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.After = path =>
        {
            asked.TrySetResult();
            return path == "auth/refresh" ? answer.Task : Task.CompletedTask;
        };
        using var cancel = new CancellationTokenSource();
        var call = client.Api.LeaveAsync(new(1), cancel.Token);
        await Wait.For(asked.Task, "refresh");

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        answer.SetResult();
        await client.DisposeAsync();

        (await _store.ReadAsync()).ShouldNotBe(before, "what was exchanged is stored before the client is gone");
        await using var next = NewClient();
        await next.Api.LeaveAsync(new(1));
        (_server.Refreshes, _server.Stolen).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Refused_refresh_ends_the_session_and_calls_say_so()
    {
        await using var client = await SignedInAsync();
        _server.End(1);

        (await Should.ThrowAsync<ChatApiException>(client.Api.LeaveAsync(new(1)))).Code.ShouldBe("auth.invalid");
        (await _store.ReadAsync()).ShouldBeNull();
        (await client.TokensAsync()).ShouldBeNull();
        (await Should.ThrowAsync<ChatApiException>(client.Api.LeaveAsync(new(1)))).Code.ShouldBe("auth.invalid");
        _server.Refreshes.ShouldBe(1);
    }

    [Fact]
    public async Task Token_that_cannot_be_refreshed_yet_is_used_while_it_is_good()
    {
        await using var client = await SignedInAsync();
        _clock.Advance(AuthServer.Life - TimeSpan.FromSeconds(10));
        _server.Before = path => path == "auth/refresh" ? throw new HttpRequestException("unreachable") : Task.CompletedTask;

        await client.Api.LeaveAsync(new(1));

        _clock.Advance(TimeSpan.FromSeconds(10));
        await Should.ThrowAsync<HttpRequestException>(client.Api.LeaveAsync(new(1)));
        (await _store.ReadAsync()).ShouldNotBeNull("nobody said that the session is over");
        _server.Before = _ => Task.CompletedTask;
        await client.Api.LeaveAsync(new(1));
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_before()
    {
        await using var client = await SignedInAsync();

        var next = await client.SignInAsync(new("ann", "password"));

        _server.Sessions.ShouldBe([next.SessionId.Value]);
        await client.Api.LeaveAsync(new(1));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_the_server_first()
    {
        await using var client = await SignedInAsync();
        _server.Before = _ => throw new HttpRequestException("unreachable");
        await Should.ThrowAsync<HttpRequestException>(client.SignOutAsync());
        (await client.TokensAsync()).ShouldNotBeNull();

        _server.Before = _ => Task.CompletedTask;
        await client.SignOutAsync();

        _server.Sessions.ShouldBeEmpty();
        (await client.TokensAsync()).ShouldBeNull();
        (await _store.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Client_of_one_user_never_takes_the_tokens_of_another()
    {
        await using var client = await SignedInAsync();
        await using var other = NewClient();
        await other.SignInAsync(new("someone-else", "password"));
        _server.ForgetAccessTokens();

        (await Should.ThrowAsync<ChatApiException>(client.Api.LeaveAsync(new(1)))).Code.ShouldBe("auth.invalid");
        (await client.TokensAsync()).ShouldBeNull();
        await client.SignOutAsync();

        await other.Api.LeaveAsync(new(1));
    }

    [Fact]
    public async Task Client_takes_up_the_session_with_which_its_user_signed_in_elsewhere()
    {
        await using var client = await SignedInAsync();
        await using var other = NewClient();
        await other.SignInAsync(new("ann", "password"));
        _server.Sessions.Count.ShouldBe(1);

        await client.Api.LeaveAsync(new(1));

        (await client.TokensAsync()).ShouldBe(await other.TokensAsync());
    }

    [Fact]
    public async Task Nothing_that_is_printed_holds_a_token()
    {
        await using var client = await SignedInAsync();
        (await client.TokensAsync())!.ToString().ShouldNotContain("secret");
        _server.End(1);
        (await Should.ThrowAsync<ChatApiException>(client.Api.LeaveAsync(new(1)))).ToString().ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("http://host/?a=1")]
    [InlineData("http://me:secret@host/")]
    [InlineData("relative")]
    public void Address_that_makes_no_sense_is_refused(string address) =>
        Should.Throw<ArgumentException>(() => new ChatClient(new() { Server = new Uri(address, UriKind.RelativeOrAbsolute) }))
            .Message.ShouldNotContain("secret");

    [Fact]
    public async Task Address_below_a_path_is_kept()
    {
        var asked = new Uri("http://none/");
        using var handler = new Recording(uri => asked = uri);
        await using var client = new ChatClient(new() { Server = new("http://host/chat"), Handler = handler });

        await Should.ThrowAsync<ChatApiException>(client.Api.MeAsync());

        asked.ShouldBe(new("http://host/chat/api/users/me"));
    }

    private ChatClient NewClient() => new(new() { Server = new("http://chat.test/"), Tokens = _store, Handler = _server, Clock = _clock });

    private async Task<ChatClient> SignedInAsync()
    {
        var client = NewClient();
        await client.SignInAsync(new("ann", "password"));
        return client;
    }

    /// <summary>A store whose disk may be full.</summary>
    private sealed class FlakyStore : ITokenStore
    {
        private readonly InMemoryTokenStore _store = new();

        public bool Full { get; set; }

        public Task<SessionTokens?> ReadAsync(CancellationToken cancellationToken = default) => _store.ReadAsync(cancellationToken);

        public Task<SessionTokens?> ChangeAsync(
            Func<SessionTokens?, Task<SessionTokens?>> change, CancellationToken cancellationToken = default) =>
            _store.ChangeAsync(
                async stored =>
                {
                    var next = await change(stored);
                    return Full ? throw new IOException("The disk is full.") : next;
                },
                cancellationToken);
    }

    private sealed class Recording(Action<Uri> note) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            note(request.RequestUri!);
            return Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NotFound));
        }
    }
}
