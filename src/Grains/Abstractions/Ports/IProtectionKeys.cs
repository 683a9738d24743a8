namespace Chat.Abstractions;

/// <summary>A key of those that access tokens are protected with. Whoever has it can sign in as anybody.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Xml">The key, in the form of ASP.NET Core data protection.</param>
public sealed record ProtectionKey(string Name, string Xml);

/// <summary>
/// The keys that access tokens are protected with: the same for all processes that accept one another's tokens, kept for as long as there are
/// such tokens. Thread safe. When a write's task completes successfully, it is on disk.
/// </summary>
/// <exception cref="StoreUnavailableException">From every method: the store did not answer.</exception>
public interface IProtectionKeys
{
    /// <summary>All keys, in no order.</summary>
    Task<IReadOnlyList<ProtectionKey>> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a key; nothing happens when there is one of that name.</summary>
    Task AddAsync(ProtectionKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a key if there is none at all, and says whether it did: of any number of processes that start at once on an empty store, one does,
    /// so that all begin with the same key.
    /// </summary>
    Task<bool> AddFirstAsync(ProtectionKey key, CancellationToken cancellationToken = default);
}
