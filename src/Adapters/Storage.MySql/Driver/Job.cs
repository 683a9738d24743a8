namespace Chat.Storage.MySql.Driver;

/// <summary>A caller's work on one server.</summary>
internal abstract class Job
{
    /// <summary>
    /// Whether it may run again when it is unknown whether it was committed: it finds out by reading, or doing it twice does no harm.
    /// </summary>
    public required bool Repeatable { get; init; }

    /// <summary>
    /// Whether it may leave locks in a transaction that it leaves open: they are gone before it is answered, so that whoever acts on the answer
    /// does not meet them. A read holds none, and is answered first.
    /// </summary>
    public required bool Locks { get; init; }

    /// <summary>Whether the caller gave up before it began.</summary>
    public abstract bool IsCancelled { get; }

    /// <summary>Does the work and keeps the answer.</summary>
    /// <param name="link">A connection outside of any transaction.</param>
    /// <param name="attempt">Counts from 1.</param>
    public abstract void Run(Link link, int attempt);

    /// <summary>Gives the kept answer.</summary>
    public abstract void Complete();

    /// <summary>Answers with a fault.</summary>
    public abstract void Fail(Exception fault);

    /// <summary>Answers a caller who gave up.</summary>
    public abstract void Cancel();
}

/// <summary>Work that answers a <typeparamref name="T"/>.</summary>
internal sealed class Job<T>(Func<Link, int, T> work, CancellationToken cancellationToken) : Job
{
    // Asynchronous continuations: the store's threads never run their callers' code.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    public Task<T> Completion => _completion.Task;

    public override bool IsCancelled => cancellationToken.IsCancellationRequested;

    public override void Run(Link link, int attempt) => _answer = work(link, attempt);

    public override void Complete() => _completion.TrySetResult(_answer);

    public override void Fail(Exception fault) => _completion.TrySetException(fault);

    public override void Cancel() => _completion.TrySetCanceled(cancellationToken);
}
