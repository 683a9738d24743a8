using Chat.Client;

namespace Chat.Testing.Specifications;

/// <summary>What every <see cref="ITokenStore"/> promises.</summary>
public abstract class TokenStoreSpecification
{
    /// <summary>The store over one place: called again it answers another instance over the same place, as another process has one.</summary>
    protected abstract ITokenStore Open();

    [Fact]
    public async Task Nothing_is_stored_at_first() => (await Open().ReadAsync()).ShouldBeNull();

    [Fact]
    public async Task What_a_change_answers_is_read_by_all()
    {
        var (one, other) = (Open(), Open());

        (await one.ChangeAsync(_ => Answer(Tokens(1)))).ShouldBe(Tokens(1));

        (await one.ReadAsync()).ShouldBe(Tokens(1));
        (await other.ReadAsync()).ShouldBe(Tokens(1));
        (await Open().ReadAsync()).ShouldBe(Tokens(1));
    }

    [Fact]
    public async Task Change_sees_what_is_stored_and_null_removes_it()
    {
        var (one, other) = (Open(), Open());
        await one.ChangeAsync(_ => Answer(Tokens(1)));
        SessionTokens? seen = null;

        (await other.ChangeAsync(stored =>
        {
            seen = stored;
            return Answer(null);
        })).ShouldBeNull();

        seen.ShouldBe(Tokens(1));
        (await one.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Change_that_throws_leaves_what_was_and_the_next_one_runs()
    {
        var store = Open();
        await store.ChangeAsync(_ => Answer(Tokens(1)));

        await Should.ThrowAsync<TimeoutException>(store.ChangeAsync(_ => throw new TimeoutException()));
        await Should.ThrowAsync<TimeoutException>(store.ChangeAsync(_ => Task.FromException<SessionTokens?>(new TimeoutException())));

        (await store.ReadAsync()).ShouldBe(Tokens(1));
        (await Wait.For(store.ChangeAsync(_ => Answer(Tokens(2))), "change after one that threw")).ShouldBe(Tokens(2));
    }

    [Fact]
    public async Task Changes_run_one_at_a_time_and_none_is_lost()
    {
        const int changes = 40;
        var running = 0;
        var overlaps = 0;

        await Wait.For(
            Task.WhenAll(Enumerable.Range(0, changes).Select(_ => Open()).Select(store => Task.Run(() => store.ChangeAsync(async stored =>
            {
                overlaps += Interlocked.Increment(ref running) == 1 ? 0 : 1;
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return Tokens((int)(stored?.SessionId.Value ?? 0) + 1);
            })))),
            "end of all changes");

        overlaps.ShouldBe(0);
        (await Open().ReadAsync()).ShouldBe(Tokens(changes));
    }

    [Fact]
    public async Task Read_does_not_wait_for_a_change_and_sees_what_was_before()
    {
        var (one, other) = (Open(), Open());
        await one.ChangeAsync(_ => Answer(Tokens(1)));
        var answer = new TaskCompletionSource<SessionTokens?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = one.ChangeAsync(_ =>
        {
            began.SetResult();
            return answer.Task;
        });
        await Wait.For(began.Task, "change");

        (await Wait.For(one.ReadAsync(), "answer while a change runs")).ShouldBe(Tokens(1));
        (await Wait.For(other.ReadAsync(), "answer while a change runs elsewhere")).ShouldBe(Tokens(1));

        answer.SetResult(Tokens(2));
        await Wait.For(change, "end of the change");
        (await other.ReadAsync()).ShouldBe(Tokens(2));
    }

    [Fact]
    public async Task Waiting_for_another_change_can_be_cancelled_and_leaves_no_trace()
    {
        var (one, other) = (Open(), Open());
        var answer = new TaskCompletionSource<SessionTokens?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = one.ChangeAsync(_ =>
        {
            began.SetResult();
            return answer.Task;
        });
        await Wait.For(began.Task, "change");
        using var cancel = new CancellationTokenSource();
        var waiting = other.ChangeAsync(_ => Answer(Tokens(9)), cancel.Token);

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Wait.For(waiting, "end of the cancelled wait"));

        answer.SetResult(Tokens(1));
        await Wait.For(change, "end of the change");
        (await Wait.For(other.ChangeAsync(Answer), "change after a cancelled one")).ShouldBe(Tokens(1));
    }

    private static Task<SessionTokens?> Answer(SessionTokens? tokens) => Task.FromResult(tokens);

    private static SessionTokens Tokens(int number) => new()
    {
        UserId = new(7),
        Username = "ann",
        SessionId = new(number),
        AccessToken = $"access {number}",
        RefreshToken = $"refresh {number}",
        ObtainedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
        ExpiresAt = DateTimeOffset.UnixEpoch.AddMinutes(number + 15),
    };
}
