using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer of an activation; it ends with the activation. Disposing it prevents further ticks and cancels the running one's token.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets anew when the next tick is due and the time from the end of a tick to the next.</summary>
    /// <param name="dueTime">Zero for at once, <see cref="Timeout.InfiniteTimeSpan"/> for never.</param>
    /// <param name="period"><see cref="Timeout.InfiniteTimeSpan"/> for a single tick.</param>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a grain timer runs.</summary>
public readonly struct GrainTimerCreationOptions()
{
    /// <summary>Options with due time and period.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Time to the first tick: zero for at once, <see cref="Timeout.InfiniteTimeSpan"/> for not before <see cref="IGrainTimer.Change"/>.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for a single tick.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks interleave with calls as if marked <see cref="Concurrency.AlwaysInterleaveAttribute"/>.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether ticks count as use, so that the activation does not become idle.</summary>
    public bool KeepAlive { get; init; }
}
