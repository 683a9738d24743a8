namespace Chat.Client;

/// <summary>What to do with an event, by its seq.</summary>
public enum CursorStep
{
    /// <summary>It was applied before: ignore it.</summary>
    Seen,

    /// <summary>It is the next one: apply it.</summary>
    Apply,

    /// <summary>Something before it is missing: call Sync.</summary>
    Gap,
}

/// <summary>The last seq of a room that a client has applied (CONTRACT, "A room's log"). Not thread safe.</summary>
/// <param name="seq">Where it starts: 0 for nothing, or the seq that a snapshot reflects.</param>
public sealed class RoomCursor(long seq)
{
    /// <summary>The last seq applied.</summary>
    public long Seq { get; private set; } = seq;

    /// <summary>Decides about an event, and moves to it when it is the next one.</summary>
    public CursorStep Advance(long seq)
    {
        if (seq <= Seq)
        {
            return CursorStep.Seen;
        }

        if (seq > Seq + 1)
        {
            return CursorStep.Gap;
        }

        Seq = seq;
        return CursorStep.Apply;
    }
}
