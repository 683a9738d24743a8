namespace Chat.Storage.Sqlite;

/// <summary>One caller's part of a write transaction.</summary>
internal abstract class WriteJob
{
    /// <summary>Whether the caller gave up before the transaction began.</summary>
    public abstract bool IsCancelled { get; }

    /// <summary>Writes. Runs on the writer's thread, inside a transaction and a savepoint of its own; keeps the answer.</summary>
    public abstract void Run(SqliteHandle handle);

    /// <summary>Gives the kept answer: it is on disk.</summary>
    public abstract void Complete();

    /// <summary>Answers with a fault.</summary>
    public abstract void Fail(Exception fault);

    /// <summary>Answers a caller who gave up.</summary>
    public abstract void Cancel();
}

/// <summary>A job that answers a <typeparamref name="T"/>.</summary>
internal sealed class WriteJob<T>(Func<SqliteHandle, T> write, CancellationToken cancellationToken) : WriteJob
{
    // Asynchronous continuations: the writer's thread never runs its callers' code.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    public Task<T> Completion => _completion.Task;

    public override bool IsCancelled => cancellationToken.IsCancellationRequested;

    public override void Run(SqliteHandle handle) => _answer = write(handle);

    public override void Complete() => _completion.TrySetResult(_answer);

    public override void Fail(Exception fault) => _completion.TrySetException(fault);

    public override void Cancel() => _completion.TrySetCanceled(cancellationToken);
}
