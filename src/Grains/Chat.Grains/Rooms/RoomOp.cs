using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>
/// One call that writes to a room's log. It is applied to a draft, possibly several times (after a lost compare-and-set, on a fresh draft),
/// and answered once, after the commit.
/// </summary>
internal abstract class RoomOp(UserId caller)
{
    public UserId Caller { get; } = caller;

    /// <summary>Reads what the decision needs beyond the room's memory. Called before every <see cref="Apply"/>.</summary>
    public virtual Task LoadFactsAsync(RoomFacts facts) => Task.CompletedTask;

    /// <summary>Whether <see cref="LoadFactsAsync"/> has anything to do.</summary>
    public virtual bool NeedsFacts => false;

    /// <summary>Decides on the draft, adds the events that follow, keeps the answer for later. Must leave the draft alone when it refuses.</summary>
    public abstract void Apply(RoomDraft draft);

    /// <summary>Gives the answer kept by the last <see cref="Apply"/>.</summary>
    public abstract void Complete();

    /// <summary>Answers with a refusal instead.</summary>
    public abstract void Refuse(Refusal refusal);

    /// <summary>Answers with a fault.</summary>
    public abstract void Fail(Exception fault);
}

/// <summary>A call whose answer is a <typeparamref name="T"/>.</summary>
internal abstract class RoomOp<T>(UserId caller) : RoomOp(caller)
{
    private readonly TaskCompletionSource<Result<T>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Result<T> _answer;

    public Task<Result<T>> Completion => _completion.Task;

    public sealed override void Apply(RoomDraft draft) => _answer = Decide(draft);

    public sealed override void Complete() => _completion.TrySetResult(_answer);

    public sealed override void Refuse(Refusal refusal) => _completion.TrySetResult(refusal);

    public sealed override void Fail(Exception fault) => _completion.TrySetException(fault);

    protected void Answer(Result<T> answer) => _completion.TrySetResult(answer);

    protected abstract Result<T> Decide(RoomDraft draft);
}

/// <summary>Where operations read facts from.</summary>
internal sealed record RoomFacts(RoomId Room, IRoomReader Reader, IRoomDirectory Directory, IUserStore Users, MentionNames Names, ChatLimits Limits);
