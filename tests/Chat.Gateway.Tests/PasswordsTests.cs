using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Tests;

public sealed class PasswordsTests
{
    [Fact]
    public async Task A_password_matches_its_own_hash_only()
    {
        using var passwords = Make(queue: 10);
        var hash = await passwords.HashAsync("correct horse", CancellationToken.None);
        (await passwords.VerifyAsync(hash.Value, "correct horse", CancellationToken.None)).Value.ShouldBe(PasswordVerificationResult.Success);
        (await passwords.VerifyAsync(hash.Value, "correct horsf", CancellationToken.None)).Value.ShouldBe(PasswordVerificationResult.Failed);
    }

    [Fact]
    public async Task Nobodys_password_is_hashed_in_full_and_never_matches()
    {
        using var passwords = Make(queue: 10);
        (await passwords.VerifyAsync(hash: null, "", CancellationToken.None)).Value.ShouldBe(PasswordVerificationResult.Failed);
        (await passwords.VerifyAsync(hash: null, "anything", CancellationToken.None)).Value.ShouldBe(PasswordVerificationResult.Failed);
    }

    [Fact]
    public async Task A_hash_of_fewer_iterations_is_to_be_made_anew()
    {
        using var old = Make(queue: 1);
        using var passwords = Make(queue: 1, iterations: 2000);
        var hash = await old.HashAsync("correct horse", CancellationToken.None);
        (await passwords.VerifyAsync(hash.Value, "correct horse", CancellationToken.None)).Value.ShouldBe(PasswordVerificationResult.SuccessRehashNeeded);
    }

    [Fact]
    public async Task Of_a_flood_of_sign_ins_a_bounded_number_waits_and_the_rest_is_refused()
    {
        using var passwords = Make(queue: 2, iterations: 300_000);
        var all = Enumerable.Range(0, 20).Select(_ => passwords.HashAsync("correct horse", CancellationToken.None)).ToList();
        var results = await Task.WhenAll(all).Within("the hashes that were let in");

        // Three are let in at once; more only as far as one of them was done before the last call came.
        var refused = results.Where(result => !result.IsOk).ToList();
        refused.Count.ShouldBeInRange(1, 17);
        refused.ShouldAllBe(result => result.Refusal!.Code == ErrorCode.ServerBusy);
        (await passwords.HashAsync("correct horse", CancellationToken.None)).IsOk.ShouldBeTrue();
    }

    private static Passwords Make(int queue, int iterations = 1000) =>
        new(Options.Create(new AuthOptions { PasswordIterations = iterations, PasswordThreads = 1, PasswordQueue = queue }));
}
