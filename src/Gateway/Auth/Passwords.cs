using System.Buffers.Binary;
using System.Security.Cryptography;
using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Chat.Gateway.Auth;

/// <summary>
/// Hashes and checks passwords with ASP.NET Core Identity's hasher. A hash costs tens of milliseconds of a processor, so only a few run at
/// the same time, a bounded number waits, and the rest is refused: a flood of sign-ins must not stop the chat. Thread safe.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private readonly PasswordHasher<object> _hasher;
    private readonly SemaphoreSlim _slots;
    private readonly int _most;
    private readonly string _nobodysHash;
    private int _pending;

    public Passwords(IOptions<AuthOptions> options)
    {
        var iterations = options.Value.PasswordIterations;
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        var threads = options.Value.PasswordThreads is > 0 and var given ? given : Math.Max(1, Environment.ProcessorCount - 1);
        _slots = new SemaphoreSlim(threads);
        _most = threads + options.Value.PasswordQueue;
        _nobodysHash = MakeNobodysHash(iterations);
    }

    /// <summary>The hash to keep, or <c>server.busy</c>.</summary>
    public Task<Result<string>> HashAsync(string password, CancellationToken cancellationToken) =>
        RunAsync(() => _hasher.HashPassword(this, password), cancellationToken);

    /// <summary>Whether the password is the one of that hash, or <c>server.busy</c>. Without a hash (no such user) it takes as long and fails.</summary>
    public Task<Result<PasswordVerificationResult>> VerifyAsync(string? hash, string password, CancellationToken cancellationToken) =>
        RunAsync(() => _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash, password), cancellationToken);

    public void Dispose() => _slots.Dispose();

    private async Task<Result<T>> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _pending) > _most)
        {
            Interlocked.Decrement(ref _pending);
            return new Refusal(ErrorCode.ServerBusy, "Too many sign-ins at once; try again shortly.", TimeSpan.FromSeconds(2));
        }

        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    /// <summary>A hash in Identity's version 3 format (marker, PRF, iterations, salt length, salt, key) whose password nobody knows.</summary>
    private static string MakeNobodysHash(int iterations)
    {
        const int saltLength = 16;
        const int keyLength = 32;
        const uint hmacSha512 = 2;
        var bytes = new byte[13 + saltLength + keyLength];
        RandomNumberGenerator.Fill(bytes.AsSpan(13));
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), hmacSha512);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), (uint)iterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), saltLength);
        return Convert.ToBase64String(bytes);
    }
}
