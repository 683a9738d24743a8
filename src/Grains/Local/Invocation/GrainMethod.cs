using System.ComponentModel;

namespace Chat.Grains.Local;

/// <summary>What is known of a grain interface's method when its proxy is generated.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainMethod(string name, GrainMethodOptions options, long responseTimeoutTicks)
{
    /// <summary>Interface and method, as error texts name it.</summary>
    public string Name { get; } = name;

    /// <summary>How its calls may run beside others.</summary>
    public GrainMethodOptions Options { get; } = options;

    /// <summary>How long callers wait, in ticks of a <see cref="TimeSpan"/>; zero for the host's default.</summary>
    public long ResponseTimeoutTicks { get; } = responseTimeoutTicks;
}

/// <summary>How calls of a method may run beside others.</summary>
[Flags]
[EditorBrowsable(EditorBrowsableState.Never)]
public enum GrainMethodOptions
{
    /// <summary>As the grain class says.</summary>
    None = 0,

    /// <summary>Beside any other.</summary>
    AlwaysInterleave = 1,

    /// <summary>Beside others that are read-only too.</summary>
    ReadOnly = 2,
}
