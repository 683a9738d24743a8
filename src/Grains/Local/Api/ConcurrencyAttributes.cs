namespace Orleans.Concurrency
{
    /// <summary>On a grain class: its calls interleave at awaits. Never are two of them on a thread at the same time.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute;

    /// <summary>On a method of a grain interface: it may start while other calls of the activation await, and never holds others up.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>On a method of a grain interface: it changes no state, so such calls in a row interleave with one another.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>On a method of a grain interface that returns <see cref="Task"/>: the caller does not wait and learns of no failure.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;
}

namespace Orleans
{
    /// <summary>On a method of a grain interface: how long callers wait for its answer, instead of the host's default.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
    {
        /// <summary>The time; the constructor takes it in the form of <see cref="TimeSpan.Parse(string)"/>.</summary>
        public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout);
    }
}
