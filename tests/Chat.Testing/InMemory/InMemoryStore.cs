using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Testing;

/// <summary>
/// All store ports in memory, deliberately simple: one lock, plain lists, counts by counting. It is the model that real stores are compared
/// with, and the store of tests that are about something else. Nothing survives it.
/// </summary>
public sealed partial class InMemoryStore
    : IRoomStore, IRoomReader, IRoomDirectory, IUserStore, ISessionStore, IOutbox, INodeLeases, IShardMap
{
    private readonly Lock _gate = new();

    /// <summary>While true, every call fails as it does when the store does not answer.</summary>
    public bool Unavailable { get; set; }

    /// <summary>Awaited before each group commit is written; lets a test hold it, count it, or make it fail.</summary>
    public Func<IReadOnlyList<RoomCommit>, Task>? BeforeCommit { get; set; }

    /// <summary>Awaited after each group commit was written and before it is answered; throw to lose the answer.</summary>
    public Func<IReadOnlyList<RoomCommit>, Task>? AfterCommit { get; set; }

    /// <inheritdoc />
    public int LaneOf(RoomId room) => 0;

    private Task<T> Do<T>(Func<T> action, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        if (Unavailable)
        {
            return Task.FromException<T>(new StoreUnavailableException("The test made the store unavailable."));
        }

        try
        {
            lock (_gate)
            {
                return Task.FromResult(action());
            }
        }
        catch (ArgumentException fault)
        {
            return Task.FromException<T>(fault);
        }
    }
}

public static class InMemoryStoreExtensions
{
    /// <summary>Adds the store under all its ports and returns it.</summary>
    public static InMemoryStore AddInMemoryStorage(this IServiceCollection services)
    {
        var store = new InMemoryStore();
        services.AddSingleton(store);
        services.AddSingleton<IRoomStore>(store);
        services.AddSingleton<IRoomReader>(store);
        services.AddSingleton<IRoomDirectory>(store);
        services.AddSingleton<IUserStore>(store);
        services.AddSingleton<ISessionStore>(store);
        services.AddSingleton<IOutbox>(store);
        services.AddSingleton<INodeLeases>(store);
        services.AddSingleton<IShardMap>(store);
        return store;
    }
}
